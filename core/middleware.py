"""What every response and every request shares."""

from django.http import HttpResponseBadRequest
from django.urls import get_resolver
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _


class InputGuardMiddleware:
    """Refuse what no field of ours can hold, before it reaches a query: NUL and lone surrogates in the address."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest(_("地址中含有不能识别的字符。"), content_type="text/plain; charset=utf-8")
        return self.get_response(request)

    def process_exception(self, request, exception):
        """A NUL that reached a query past every form: the database cannot hold it, so nothing like it exists."""
        if isinstance(exception, ValueError) and "NUL (0x00)" in str(exception):
            return get_resolver().resolve_error_handler(400)(request, exception=exception)
        return None


class PrivateResponseMiddleware:
    """Answers to signed-in people are never stored; a fragment is never cached as a page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.user.is_authenticated or request.session.session_key:
            response.headers.setdefault("Cache-Control", "no-store")
        patch_vary_headers(response, ("HX-Request",))
        return response
