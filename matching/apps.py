from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    name = "matching"
    verbose_name = _("匹配")

    def ready(self):
        from matching import handlers  # noqa: F401, PLC0415  registers the topics; models must be loaded first
