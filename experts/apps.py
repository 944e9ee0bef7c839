from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExpertsConfig(AppConfig):
    name = "experts"
    verbose_name = _("专家")

    def ready(self):
        from experts import handlers  # noqa: F401, PLC0415  registers the helpers; models must be loaded first
