"""What every answer under /api/ shares, wherever it was made."""

from django.utils.cache import get_conditional_response, set_response_etag

from core.api.problems import CONTENT_TYPE, plain_problem

PREFIX = "/api/"


class ApiMiddleware:
    """Errors are problems, also those made by Django or a middleware; the throttle's state is told; a reader who has
    the answer already gets 304."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not request.path.startswith(PREFIX):
            return response
        response.headers.setdefault("Cache-Control", "no-store")
        if response.status_code >= 400 and not response.headers.get("Content-Type", "").startswith(CONTENT_TYPE):
            kept = {
                name: response.headers[name]
                for name in ("Allow", "WWW-Authenticate", "Retry-After", "Cache-Control")
                if name in response.headers
            }
            response = plain_problem(request, response.status_code)
            for name, value in kept.items():
                response.headers[name] = value
        limit = getattr(request, "rate_limit", None)
        if limit:
            for name, value in zip(("Limit", "Remaining", "Reset"), limit, strict=True):
                response.headers[f"X-RateLimit-{name}"] = str(value)
        if request.method == "GET" and response.status_code == 200 and not response.streaming:
            set_response_etag(response)
            return get_conditional_response(request, etag=response.headers.get("ETag"), response=response)
        return response
