import django_filters as filters
from django.utils.translation import gettext_lazy as _

from matching.enums import RunStatus
from matching.models import MatchRun


class MatchRunFilter(filters.FilterSet):
    status = filters.ChoiceFilter(label=_("状态"), choices=RunStatus.choices)
    need = filters.CharFilter(label=_("需求编号"), field_name="need__code", max_length=12)

    class Meta:
        model = MatchRun
        fields = ()
