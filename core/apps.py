from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("公共")

    def ready(self):
        from core import checks, handlers  # noqa: F401, PLC0415  registers the system checks and the topics
