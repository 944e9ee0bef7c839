from django.conf import settings


def frame(request):
    """What the page frame shows."""
    return {"site_name": settings.SITE_NAME, "is_embedded": settings.EMBEDDED}
