"""One closed list of filters for the register's page and API. None of them looks at phone or e-mail, and those that
look at private columns only ever match rows whose columns the viewer may read."""

from datetime import timedelta

import django_filters as filters
from django import forms
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from core.models import Chain, Region
from core.text import normalise, search_query_tokens
from experts import selectors
from experts.enums import ConsentState, ExpertStatus, Identity, TieKind
from experts.models import Expert, ExpertGroup, GroupMembership, HometownTie

MAX_TEXT = 100


class Availability(models.TextChoices):
    FREE = "free", _("可接单")
    FULL = "full", _("已满额")
    PAUSED = "paused", _("暂不接单")


class Freshness(models.TextChoices):
    """How long ago the profile was last confirmed."""

    FRESH = "fresh", _("6 个月内更新")
    AGEING = "ageing", _("6 至 12 个月")
    STALE = "stale", _("超过 12 个月")


class StatusChoice(models.TextChoices):
    """Who is in the register is what an empty choice means."""

    ACTIVE = ExpertStatus.ACTIVE.value, ExpertStatus.ACTIVE.label
    ARCHIVED = ExpertStatus.ARCHIVED.value, ExpertStatus.ARCHIVED.label
    MERGED = ExpertStatus.MERGED.value, ExpertStatus.MERGED.label
    ANY = "any", _("全部")


def _chains(request):
    return selectors.chains_in_sight(request.user) if _signed_in(request) else Chain.objects.none()


def _groups(request):
    return ExpertGroup.objects.visible_to(request.user) if _signed_in(request) else ExpertGroup.objects.none()


def _counties(request):
    return selectors.counties_of(request.user) if _signed_in(request) else Region.objects.none()


def _signed_in(request):
    return request is not None and request.user.is_authenticated


class ExpertFilter(filters.FilterSet):
    search = filters.CharFilter(
        label=_("搜索"), method="by_words", max_length=200, help_text=_("姓名、拼音、单位或专业领域")
    )
    identity = filters.MultipleChoiceFilter(
        label=_("身份"), choices=Identity.choices, method="by_identity", widget=forms.CheckboxSelectMultiple
    )
    chain = filters.ModelChoiceFilter(
        label=_("产业链"), queryset=_chains, to_field_name="code", method="by_chain", empty_label=_("不限")
    )
    availability = filters.ChoiceFilter(
        label=_("接单情况"), choices=Availability.choices, method="by_availability", empty_label=_("不限")
    )
    group = filters.ModelChoiceFilter(
        label=_("专家组"), queryset=_groups, to_field_name="code", method="by_group", empty_label=_("不限")
    )
    native = filters.CharFilter(
        label=_("籍贯"), method="by_native", max_length=MAX_TEXT, help_text=_("县、镇名称或代码")
    )
    tie = filters.MultipleChoiceFilter(
        label=_("与本地关系"), choices=TieKind.choices, method="by_tie", widget=forms.CheckboxSelectMultiple
    )
    institution = filters.CharFilter(label=_("单位"), method="by_institution", max_length=MAX_TEXT)
    title = filters.CharFilter(label=_("职称"), method="by_title", max_length=MAX_TEXT)
    city = filters.CharFilter(label=_("常驻城市"), method="by_city", max_length=MAX_TEXT)
    consent = filters.ChoiceFilter(
        label=_("授权情况"), choices=ConsentState.choices, method="by_consent", empty_label=_("不限")
    )
    freshness = filters.ChoiceFilter(
        label=_("资料更新"), choices=Freshness.choices, method="by_freshness", empty_label=_("不限")
    )
    county = filters.ModelChoiceFilter(
        label=_("登记县"), queryset=_counties, to_field_name="code", field_name="county", empty_label=_("不限")
    )
    status = filters.ChoiceFilter(
        label=_("状态"), choices=StatusChoice.choices, method="by_status", empty_label=_("在库")
    )

    class Meta:
        model, fields = Expert, []

    def filter_queryset(self, queryset):
        """Who is in the register, unless another state is asked for."""
        queryset = super().filter_queryset(queryset)
        if not self.form.cleaned_data.get("status"):
            queryset = queryset.active()
        return queryset

    def by_words(self, queryset, name, value):
        """Every word must occur: Chinese as its bigrams in a row, Latin letters as the beginning of a word."""
        phrases = search_query_tokens(value)
        if not phrases:
            return queryset.none()
        for phrase in phrases:
            start = f" {phrase}" if phrase[0].isascii() else phrase
            queryset = queryset.filter(search_text__contains=start)
        return queryset

    def by_identity(self, queryset, name, value):
        condition = Q(pk__in=[]) if value else Q()
        for identity in value:
            condition |= Q(**{f"is_{identity}": True})
        return queryset.filter(condition)

    @extend_schema_field(OpenApiTypes.STR)  # the code
    def by_chain(self, queryset, name, value):
        links = Expert.chains.through.objects.filter(chain=value, expert=OuterRef("pk"))
        return queryset.filter(Exists(links))

    def by_availability(self, queryset, name, value):
        today = localdate()
        paused = Q(paused_from__lte=today) & (Q(paused_until=None) | Q(paused_until__gte=today))
        if value == Availability.PAUSED:
            return self._readable(queryset).filter(paused)
        if value == Availability.FULL:
            return self._readable(queryset).filter(load__gte=F("capacity"))
        willing = self._readable(queryset).exclude(consent=ConsentState.REFUSED)
        return willing.filter(~paused | Q(paused_from=None), load__lt=F("capacity"))

    @extend_schema_field(OpenApiTypes.STR)  # the code
    def by_group(self, queryset, name, value):
        members = GroupMembership.objects.current().filter(group=value, expert=OuterRef("pk"))
        return queryset.filter(Exists(members))

    def by_native(self, queryset, name, value):
        text = normalise(value, "line").value
        if not text:
            return queryset
        ties = HometownTie.objects.filter(kind__in=selectors.NATIVE, expert=OuterRef("pk"))
        if text.isascii() and text.isdigit():
            place = Q(region__code__startswith=text)
        else:
            place = Q(region__full_name__contains=text) | Q(region__name__contains=text) | Q(place__contains=text)
        return self._readable(queryset).filter(Exists(ties.filter(place)))

    def by_tie(self, queryset, name, value):
        if not value:
            return queryset
        ties = HometownTie.objects.filter(kind__in=value, expert=OuterRef("pk"))
        return self._readable(queryset).filter(Exists(ties))

    def by_institution(self, queryset, name, value):
        return queryset.filter(institution__name__contains=normalise(value, "org").value)

    def by_title(self, queryset, name, value):
        return queryset.filter(title__contains=normalise(value, "line").value)

    def by_city(self, queryset, name, value):
        return queryset.filter(city__contains=normalise(value, "line").value)

    def by_consent(self, queryset, name, value):
        return self._readable(queryset).filter(consent=value)

    def by_freshness(self, queryset, name, value):
        half, year = now() - timedelta(days=183), now() - timedelta(days=365)
        if value == Freshness.FRESH:
            return queryset.filter(profile_updated_at__gte=half)
        if value == Freshness.AGEING:
            return queryset.filter(profile_updated_at__lt=half, profile_updated_at__gte=year)
        return queryset.filter(profile_updated_at__lt=year)

    def by_status(self, queryset, name, value):
        return queryset if value == StatusChoice.ANY else queryset.filter(status=value)

    def _readable(self, queryset):
        """Rows whose private columns the viewer may read: a filter is no oracle for the others."""
        return queryset.filter(selectors.readable(self.request.user))
