from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EngagementsConfig(AppConfig):
    name = "engagements"
    verbose_name = _("订单与对接")

    def ready(self):
        from engagements import handlers  # noqa: F401, PLC0415  registers the topics; models must be loaded first
