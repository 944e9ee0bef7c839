"""Rules of a session: it ends when idle and after its longest time, office roles carry a second factor where the
installation asks for it, and a fragment never shows the sign-in page."""

import time
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import acting
from accounts.enums import Role
from core.api.problems import plain_problem

STAMP_EVERY_SECONDS = 60
ALWAYS_OPEN = ("/healthz", "/readyz", settings.STATIC_URL)
SIGN_IN_PAGES = "/accounts/"  # of the library: password, second factor, sign-out


class SessionPolicyMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.before(request) or self.get_response(request)
        if request.user.is_authenticated and "began_at" not in request.session:
            request.session["began_at"] = request.session["seen_at"] = time.time()  # signed in by this request
        if request.path == reverse("account_logout") and request.method == "POST":
            response.headers["Clear-Site-Data"] = '"cache", "storage"'  # computers are shared
        return fragment_to_sign_in(request, response)

    def before(self, request):
        if not request.user.is_authenticated or request.path.startswith(ALWAYS_OPEN):
            return None
        moment = time.time()
        seen, began = request.session.get("seen_at", moment), request.session.get("began_at", moment)
        if moment - seen > settings.SESSION_IDLE_SECONDS or moment - began > settings.SESSION_COOKIE_AGE:
            logout(request)
            if request.path.startswith("/api/"):
                return None  # answered as to anybody without a session
            messages.info(request, _("您已较长时间没有操作，请重新登录。"))
            return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
        if moment - seen > STAMP_EVERY_SECONDS:
            request.session["seen_at"] = moment
        self.check_acting(request)
        return self.detour(request, request.user)

    def check_acting(self, request):
        """Who is no longer staff of the county stops acting for its firms and experts."""
        acting_for = acting.current(request)
        if acting_for and acting_for["county_id"] not in request.user.county_ids(Role.STAFF):
            acting.end(request)

    def detour(self, request, user):
        """Where a person must go before anything else: a new password, then a second factor."""
        path = request.path
        if path == reverse("account_logout"):
            return None
        change = reverse("account_change_password")
        if user.is_password_temporary and path != change:
            return self.send(request, change, _("请先修改初始密码。"))
        if (
            settings.SECOND_FACTOR_REQUIRED
            and user.is_office
            and not path.startswith(SIGN_IN_PAGES)
            and not user.authenticator_set.exists()
        ):
            return self.send(request, reverse("mfa_index"), _("工作人员登录须启用两步验证，请先完成设置。"))
        return None

    def send(self, request, url, words):
        if request.path.startswith("/api/"):
            return plain_problem(request, 403, detail=words)
        messages.info(request, words)
        return redirect(url)


def fragment_to_sign_in(request, response):
    """htmx follows a redirect silently and would put the sign-in page into a box: tell it to move the whole page."""
    target = response.headers.get("Location", "")
    if not request.headers.get("HX-Request") or urlsplit(target).path != reverse("account_login"):
        return response
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    back = f"{page.path}?{page.query}" if page.query else page.path
    answer = HttpResponse(status=401)
    answer.headers["HX-Redirect"] = f"{reverse('account_login')}?{urlencode({'next': back or '/'})}"
    return answer
