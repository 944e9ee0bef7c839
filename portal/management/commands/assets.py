"""``manage.py assets``: the browser files of others, the icon sprite, the compiled catalogues."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from portal import assets, catalogues


class Command(BaseCommand):
    help = "Fetch the browser files into static/vendor/, cut the icon sprite, compile the message catalogues."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--strict", action="store_true", help="fail when a file or an icon is missing")

    def handle(self, *args, strict, **options):
        catalogues.compile_catalogues(settings.BASE_DIR / "locale")
        try:
            changed, missing = assets.build()
        except assets.AssetsUnavailable as exc:
            message = _("前端文件未能取得，页面将以无样式的 HTML 显示；联网后再运行 python3 manage.py assets。")
            if strict:
                raise CommandError(f"{message}\n{exc}") from exc
            self.stderr.write(self.style.WARNING(f"{message}\n{exc}"))
            return
        if missing:
            message = _("图标不存在：{names}").format(names=", ".join(missing))
            if strict:
                raise CommandError(message)
            self.stderr.write(self.style.WARNING(message))
        self.stdout.write(_("前端文件已更新。") if changed else _("前端文件无变化。"))
