import structlog
from celery import shared_task
from django.utils.translation import gettext as _

from core.errors import DomainError
from reports import services

log = structlog.get_logger(__name__)


@shared_task
def build_export(export_id: int) -> None:
    """Build one file; delivering the same id twice builds it once."""
    export = services.export_claim(export_id)
    if export is None:
        return  # finished, or another worker's
    try:
        services.export_build(export)
    except DomainError as exc:
        services.export_failed(export_id, str(exc.message))
    except OSError as exc:
        services.export_failed(
            export_id, _("没有写成文件：{reason}。请稍后重新导出。").format(reason=exc.strerror or exc)
        )
        log.warning("export.os_error", export_id=export_id, error=str(exc))
    except Exception:
        services.export_failed(export_id, _("导出没有完成，请稍后重试；如仍不成功请联系管理员。"))
        raise


@shared_task
def sweep_exports() -> None:
    """Take up what a crash or a lost broker left behind."""
    for export_id in services.exports_to_resume():
        build_export.delay(export_id)
