from allauth.account.adapter import DefaultAccountAdapter
from django.urls import reverse

from accounts import services
from core.actor import Actor
from core.net import client_ip


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from invitations, never from an open sign-up form."""

    def is_open_for_signup(self, request):
        return False

    def set_password(self, user, password):
        """Reached after the old password or the mailed key was checked."""
        services.password_set(user=user, password=password, actor=Actor(user=user))

    def get_password_change_redirect_url(self, request):
        return reverse("accounts:profile")

    def get_client_ip(self, request):
        return client_ip(request)
