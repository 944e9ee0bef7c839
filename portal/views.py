from django.conf import settings
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.api.problems import plain_problem


@require_safe
@never_cache
def healthz(request):
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request):
    """The process answers and its database does too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"database": "ok", "embedded": settings.EMBEDDED})


def not_found(request, exception):
    if request.path.startswith("/api/"):
        return plain_problem(request, 404)
    return render(request, "404.html", status=404)


def failed(request):
    if request.path.startswith("/api/"):
        return plain_problem(request, 500)
    return render(request, "500.html", status=500)
