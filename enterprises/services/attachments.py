"""Files of a need. Kept outside the web root; served only by the need's own checked view, never shown inline."""

import hashlib
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.actor import Actor
from core.errors import Invalid, require
from core.models import Attachment
from core.text import clean_line
from core.workflow import locked
from enterprises import permissions
from enterprises.models import Need

MAX_BYTES = 10 * 1024 * 1024
MAX_FILES = 10
ZIP, OLE = (b"PK\x03\x04",), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
# What a firm sends: documents, tables, pictures, drawings. The first bytes must fit the ending.
SIGNATURES: dict[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "docx": ZIP,
    "xlsx": ZIP,
    "pptx": ZIP,
    "zip": ZIP,
    "doc": OLE,
    "xls": OLE,
    "ppt": OLE,
    "wps": OLE,
    "et": OLE,
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "dwg": (b"AC10",),
    "dxf": (),
    "stp": (b"ISO-10303",),
    "step": (b"ISO-10303",),
    "txt": (),
    "csv": (),
}
TEXTS = ("txt", "csv", "dxf")


def need_attach(*, need_id: int, name: str, content: Any, actor: Actor) -> Attachment:
    """Keep one file. ``content``: an uploaded file (``size``, ``read``). Checked and hashed before the transaction."""
    name = clean_line(PurePath(name.replace("\\", "/")).name)
    suffix = PurePath(name).suffix.lower().lstrip(".")
    if suffix not in SIGNATURES:
        raise Invalid(
            _("不能上传这种文件。可上传：{kinds}。").format(kinds=_("、").join(SIGNATURES)),
            code="file_type",
            field="file",
        )
    if content.size > MAX_BYTES:
        raise Invalid(_("文件超过 10 MB，请压缩或拆分后再上传。"), code="file_size", field="file")
    data: bytes = content.read(MAX_BYTES + 1)
    if not data:
        raise Invalid(_("文件是空的，请确认选对了文件。"), code="file_empty", field="file")
    if len(data) > MAX_BYTES:
        raise Invalid(_("文件超过 10 MB，请压缩或拆分后再上传。"), code="file_size", field="file")
    signatures = SIGNATURES[suffix]
    if (signatures and not data.startswith(signatures)) or (suffix in TEXTS and b"\x00" in data[:4096]):
        raise Invalid(
            _("文件内容与扩展名“.{suffix}”不符，请用原来的软件另存后再上传。").format(suffix=suffix),
            code="file_content",
            field="file",
        )
    if len(name) > 200:
        name = f"{name[: 199 - len(suffix)]}.{suffix}"
    return _keep(need_id, name, suffix, data, actor)


@transaction.atomic(durable=True)
def _keep(need_id: int, name: str, suffix: str, data: bytes, actor: Actor) -> Attachment:
    need = locked(actor.scope(Need.objects), pk=need_id)
    require(permissions.can_edit_need(actor, need))
    digest = hashlib.sha256(data).hexdigest()
    same = need.attachments.filter(sha256=digest).first()
    if same is not None:
        return same  # a double click is not an error
    if need.attachments.count() >= MAX_FILES:
        raise Invalid(
            _("附件最多 {limit} 个，请先移除不用的。").format(limit=MAX_FILES), code="file_count", field="file"
        )
    attachment = Attachment(
        county_id=need.county_id, name=name, size=len(data), sha256=digest, uploaded_by_id=actor.user_id
    )
    attachment.file.save(f"{attachment.code}.{suffix}", ContentFile(data), save=False)
    try:
        with transaction.atomic():
            attachment.save()
            need.attachments.add(attachment)
            audit.record(need, "attach", actor=actor, data={"file": attachment.code})
    except Exception:
        attachment.file.delete(save=False)
        raise
    return attachment


@transaction.atomic(durable=True)
def need_detach(*, need_id: int, attachment_code: str, actor: Actor) -> None:
    """Take a file off a need. The file goes when the transaction holds and no other need has it."""
    need = locked(actor.scope(Need.objects), pk=need_id)
    require(permissions.can_edit_need(actor, need))
    attachment = need.attachments.filter(code=attachment_code).first()
    if attachment is None:
        return
    need.attachments.remove(attachment)
    audit.record(need, "detach", actor=actor, data={"file": attachment.code, "sha256": attachment.sha256})
    if not attachment.needs.exists():
        stored = attachment.file
        attachment.delete()
        transaction.on_commit(lambda: stored.delete(save=False), robust=True)
