"""How a stored file leaves the house: as an attachment, never shown, never sniffed, never run."""

from django.http import FileResponse, Http404

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "no-store",
}


def attachment_response(attachment):
    """The file under its own name; 404 when the storage lost it. The caller has checked that the reader may have it."""
    try:
        content = attachment.file.open("rb")
    except FileNotFoundError as exc:
        raise Http404 from exc
    return FileResponse(
        content,
        as_attachment=True,
        filename=attachment.name,
        content_type="application/octet-stream",
        headers=HEADERS,
    )
