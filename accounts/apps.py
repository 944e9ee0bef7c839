from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("账号")

    def ready(self):
        from accounts import handlers  # noqa: F401, PLC0415  registers the topics; models must be loaded first
        from accounts.api import schema  # noqa: F401, PLC0415  registers the token scheme
