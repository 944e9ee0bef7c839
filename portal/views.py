from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView

from accounts.county import current_county
from accounts.enums import Role
from core.api.problems import plain_problem
from core.calendar import horizon_warning
from portal.home import home_of
from portal.roles import standing
from portal.search import search as find


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


@login_required
@require_safe
def home(request):
    """What is due, what changed, a few numbers: by the role the person has chosen."""
    person, county = standing(request), current_county(request)
    page = home_of(request.user, person.role, county)
    office = person.role in (Role.STAFF, Role.ADMIN)
    context = {
        "page": page,
        "role": person.role,
        "county": county,
        "horizon_warning": horizon_warning(now()) if office else "",
    }
    return render(request, "home.html", context)


@login_required
@require_safe
def search(request):
    person = standing(request)
    query, groups = find(request.user, request.GET.get("q", ""), role=person.role, roles=person.roles)
    return render(request, "search.html", {"query": query, "groups": groups})


@login_required
@require_safe
def help_page(request):
    """The few things each role does most, in a few sentences each."""
    return render(request, "help.html", {"roles": standing(request).roles})


class ApiDocs(SpectacularSwaggerSplitView):
    """The schema to read and try, served from our own files under our own headers."""

    @extend_schema(exclude=True)
    def get(self, request, *args, **kwargs):
        response = super().get(request, *args, **kwargs)
        del response.headers["Cross-Origin-Opener-Policy"]  # theirs is weaker than the site's
        return response


def bad_request(request, exception):
    return refused(request, 400)


def forbidden(request, exception=None, reason=""):
    """Also what a failed CSRF check answers."""
    return refused(request, 403)


def not_found(request, exception):
    return refused(request, 404)


def failed(request):
    return refused(request, 500)


def refused(request, status):
    if request.path.startswith("/api/"):
        return plain_problem(request, status)
    return render(request, f"{status}.html", status=status)
