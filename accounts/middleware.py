"""Rules of a session: it ends when idle, and office roles carry a second factor where the installation asks for it."""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

STAMP_EVERY_SECONDS = 60


class SessionPolicyMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        user = request.user
        if user.is_authenticated:
            seen = request.session.get("seen_at", 0)
            if seen and time.time() - seen > settings.SESSION_IDLE_SECONDS:
                logout(request)
                messages.info(request, _("您已较长时间没有操作，请重新登录。"))
                return redirect("account_login")
            if time.time() - seen > STAMP_EVERY_SECONDS:
                request.session["seen_at"] = time.time()
            detour = self.detour(request, user)
            if detour:
                return detour
        return self.get_response(request)

    def detour(self, request, user):
        """Where a person must go before anything else: a new password, then a second factor."""
        path = request.path
        if path.startswith((settings.STATIC_URL, reverse("account_logout"), "/healthz", "/readyz")):
            return None
        change = reverse("account_change_password")
        if user.is_password_temporary and path != change:
            messages.info(request, _("请先修改初始密码。"))
            return redirect(change)
        if (
            settings.SECOND_FACTOR_REQUIRED
            and user.is_office
            and not path.startswith("/accounts/")
            and not user.authenticator_set.exists()
        ):
            messages.info(request, _("工作人员登录须启用两步验证，请先完成设置。"))
            return redirect("mfa_index")
        return None
