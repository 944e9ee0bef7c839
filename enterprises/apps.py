from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EnterprisesConfig(AppConfig):
    name = "enterprises"
    verbose_name = _("企业与需求")

    def ready(self):
        from enterprises import handlers  # noqa: F401, PLC0415  registers topics and helpers; models must be loaded first
