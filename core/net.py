"""Where a request comes from."""

from django.conf import settings


def client_ip(request):
    """The address that the outermost proxy of ours saw. Whatever a client writes into the header itself stands further
    left and is not read: a rotating X-Forwarded-For evades neither lock-out nor throttle."""
    hops = settings.NUM_PROXIES
    if hops:
        seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if len(seen) >= hops:
            return seen[-hops]
    return request.META.get("REMOTE_ADDR", "")
