from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("报表")

    def ready(self):
        from reports import handlers  # noqa: F401, PLC0415  registers the topics; models must be loaded first
