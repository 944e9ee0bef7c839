"""Filters of the reference lists and of long work."""

import django_filters as filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.enums import IndustryLevel, JobStatus, RegionLevel
from core.models import Chain, Discipline, Industry, Job, Park, Region, University


class NamedFilter(filters.FilterSet):
    """``q`` finds a part of the name or the beginning of the code."""

    q = filters.CharFilter(method="find", label=_("名称或代码"), max_length=60)

    def find(self, queryset, name, value):
        return queryset.filter(Q(name__icontains=value) | Q(code__startswith=value))


class RegionFilter(NamedFilter):
    level = filters.ChoiceFilter(choices=RegionLevel, label=_("级别"))
    parent = filters.CharFilter(field_name="parent__code", label=_("上级代码"), max_length=9)
    is_current = filters.BooleanFilter(label=_("现行"))

    class Meta:
        model, fields = Region, ["level", "parent", "is_current", "q"]


class IndustryFilter(NamedFilter):
    level = filters.ChoiceFilter(choices=IndustryLevel, label=_("层级"))
    parent = filters.CharFilter(field_name="parent__code", label=_("上级代码"), max_length=5)

    class Meta:
        model, fields = Industry, ["level", "parent", "q"]


class DisciplineFilter(NamedFilter):
    level = filters.NumberFilter(label=_("层级"), min_value=1, max_value=9)
    parent = filters.CharFilter(field_name="parent__code", label=_("上级代码"), max_length=10)

    class Meta:
        model, fields = Discipline, ["level", "parent", "q"]


class UniversityFilter(NamedFilter):
    city = filters.CharFilter(label=_("所在地"), max_length=40)

    class Meta:
        model, fields = University, ["city", "q"]


class ChainFilter(NamedFilter):
    county = filters.CharFilter(field_name="county__code", label=_("县区代码"), max_length=9)

    class Meta:
        model, fields = Chain, ["county", "q"]


class ParkFilter(NamedFilter):
    county = filters.CharFilter(field_name="county__code", label=_("县区代码"), max_length=9)

    class Meta:
        model, fields = Park, ["county", "q"]


class JobFilter(filters.FilterSet):
    status = filters.ChoiceFilter(choices=JobStatus, label=_("状态"))
    kind = filters.CharFilter(label=_("类别"), max_length=40)

    class Meta:
        model, fields = Job, ["status", "kind"]
