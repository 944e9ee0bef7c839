import django_filters as filters
from django.utils.translation import gettext_lazy as _

from reports.enums import ExportStatus, Ledger
from reports.models import Export


class ExportFilter(filters.FilterSet):
    ledger = filters.ChoiceFilter(label=_("台账"), choices=Ledger.choices)
    status = filters.ChoiceFilter(label=_("状态"), choices=ExportStatus.choices)

    class Meta:
        model = Export
        fields = ()
