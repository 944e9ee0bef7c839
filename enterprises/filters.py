"""Closed lists of filters for pages and API. None looks at a phone or e-mail, and those that look at what a blind
reader may not know match only rows that the reader may read in full: no oracle by filter."""

from datetime import date, datetime, time

import django_filters as filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import Cast
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from accounts.models import User
from core.choices import Source
from core.codes import check_credit_code
from core.models import Chain, Park, Region
from core.text import search_query_tokens
from enterprises import selectors
from enterprises.enums import (
    PUBLIC_STATES,
    UNSETTLED,
    Confidentiality,
    EnterpriseStatus,
    NeedStatus,
    NeedType,
    Qualification,
    Size,
    Urgency,
    Verification,
)
from enterprises.models import Enterprise, Need


class PickOne(forms.SelectMultiple):
    """A drop-down on the page; an address may still name several values, and the chips show them all."""

    allow_multiple_selected = False

    def value_from_datadict(self, data, files, name):
        return [value for value in super().value_from_datadict(data, files, name) or () if value]

    def optgroups(self, name, value, attrs=None):
        nothing = self.create_option(name, "", _("不限"), not any(value), 0)
        return [(None, [nothing], 0), *super().optgroups(name, value, attrs)]


class StatusChoice(models.TextChoices):
    """States of a firm, and all of them."""

    ACTIVE = EnterpriseStatus.ACTIVE.value, EnterpriseStatus.ACTIVE.label
    ARCHIVED = EnterpriseStatus.ARCHIVED.value, EnterpriseStatus.ARCHIVED.label
    MERGED = EnterpriseStatus.MERGED.value, EnterpriseStatus.MERGED.label
    ANY = "any", _("全部")


class Stage(models.TextChoices):
    """What an office asks for more often than for one state."""

    OPEN = "open", _("在办")
    UNSETTLED = "unsettled", _("未办结")


STAGES = {Stage.OPEN: PUBLIC_STATES, Stage.UNSETTLED: UNSETTLED}


def _for(selector, model):
    """A filter's choices for the asker; nothing for nobody."""

    def choices(request):
        if request is None or not request.user.is_authenticated:
            return model.objects.none()
        return selector(request.user)

    return choices


def _officers(user):
    return selectors.officers_of(user.county_ids()) if user.is_office else User.objects.none()


_chains, _parks = _for(selectors.chains_in_sight, Chain), _for(selectors.parks_in_sight, Park)
_counties, _officer_choices = _for(selectors.counties_in_sight, Region), _for(_officers, User)


def by_words(queryset, value, column):
    """Every word must occur: Chinese as its bigrams in a row, Latin letters as the beginning of a word."""
    phrases = search_query_tokens(value)
    if not phrases:
        return queryset.none()
    for phrase in phrases:
        start = f" {phrase}" if phrase[0].isascii() else phrase
        queryset = queryset.filter(**{f"{column}__contains": start})
    return queryset


def any_of(queryset, column, values):
    """Rows whose JSON list ``column`` holds one of ``values`` (codes of our own); the same on every database."""
    condition = Q(pk__in=[])
    for value in values:
        condition |= Q(_listed__contains=f'"{value}"')
    return queryset.alias(_listed=Cast(column, TextField())).filter(condition)


def day_filter(label, lookup, **where):
    """A day that every database can compare."""
    bounds = [MinValueValidator(date(1990, 1, 1)), MaxValueValidator(date(2100, 12, 31))]
    return filters.DateFilter(label=label, lookup_expr=lookup, validators=bounds, **where)


class EnterpriseFilter(filters.FilterSet):
    search = filters.CharFilter(
        label=_("搜索"), method="by_text", max_length=100, help_text=_("企业名称、拼音、主营产品或完整信用代码")
    )
    verification = filters.MultipleChoiceFilter(widget=PickOne, label=_("核验"), choices=Verification.choices)
    chain = filters.ModelMultipleChoiceFilter(
        widget=PickOne, label=_("产业链"), queryset=_chains, to_field_name="code", method="by_chain"
    )
    park = filters.ModelMultipleChoiceFilter(widget=PickOne, label=_("园区"), queryset=_parks, to_field_name="code")
    size = filters.ChoiceFilter(empty_label=_("不限"), label=_("规模"), choices=Size.choices)
    qualification = filters.MultipleChoiceFilter(
        widget=PickOne, label=_("资质"), choices=Qualification.choices, method="by_qualification"
    )
    industry = filters.CharFilter(
        label=_("行业代码"), field_name="industry__code", lookup_expr="startswith", max_length=5
    )
    officer = filters.ModelChoiceFilter(
        label=_("帮办专员"), queryset=_officer_choices, to_field_name="username", empty_label=_("不限")
    )
    county = filters.ModelChoiceFilter(label=_("县区"), empty_label=_("不限"), queryset=_counties, to_field_name="code")
    status = filters.ChoiceFilter(
        empty_label=_("默认：在册"), label=_("状态"), choices=StatusChoice.choices, method="by_status"
    )

    class Meta:
        model, fields = Enterprise, []

    def filter_queryset(self, queryset):
        """Firms of the register, unless another state is asked for."""
        queryset = super().filter_queryset(queryset)
        if not self.form.cleaned_data.get("status"):
            queryset = queryset.active()
        return queryset

    def by_text(self, queryset, name, value):
        credit = check_credit_code(value)
        if credit.ok and credit.value:
            return queryset.filter(credit_code=credit.value)
        return by_words(queryset, value, "search_text")

    @extend_schema_field(OpenApiTypes.STR)  # the code
    def by_chain(self, queryset, name, value):
        if not value:
            return queryset
        return queryset.filter(
            Exists(Enterprise.chains.through.objects.filter(chain__in=value, enterprise=OuterRef("pk")))
        )

    def by_qualification(self, queryset, name, value):
        return any_of(queryset, "qualifications", value) if value else queryset

    def by_status(self, queryset, name, value):
        return queryset if value == StatusChoice.ANY else queryset.filter(status=value)


class NeedFilter(filters.FilterSet):
    search = filters.CharFilter(label=_("搜索"), method="by_text", max_length=100, help_text=_("需求名称、描述或编号"))
    status = filters.MultipleChoiceFilter(widget=PickOne, label=_("状态"), choices=NeedStatus.choices)
    stage = filters.ChoiceFilter(empty_label=_("不限"), label=_("阶段"), choices=Stage.choices, method="by_stage")
    chain = filters.ModelMultipleChoiceFilter(widget=PickOne, label=_("产业链"), queryset=_chains, to_field_name="code")
    type = filters.MultipleChoiceFilter(widget=PickOne, label=_("需求类型"), choices=NeedType.choices, method="by_type")
    urgency = filters.MultipleChoiceFilter(widget=PickOne, label=_("紧急程度"), choices=Urgency.choices)
    confidentiality = filters.MultipleChoiceFilter(widget=PickOne, label=_("保密级别"), choices=Confidentiality.choices)
    enterprise = filters.CharFilter(label=_("企业编号"), method="by_firm", max_length=12)
    park = filters.ModelMultipleChoiceFilter(
        widget=PickOne, label=_("园区"), queryset=_parks, to_field_name="code", method="by_park"
    )
    officer = filters.ModelChoiceFilter(
        label=_("帮办专员"),
        empty_label=_("不限"),
        queryset=_officer_choices,
        to_field_name="username",
        method="by_hidden",
    )
    source = filters.MultipleChoiceFilter(widget=PickOne, label=_("来源"), choices=Source.choices, method="by_source")
    deadline_after = day_filter(_("完成时间不早于"), "gte", field_name="deadline")
    deadline_before = day_filter(_("完成时间不晚于"), "lte", field_name="deadline")
    submitted_after = day_filter(_("提交日期不早于"), "gte", method="by_submitted")
    submitted_before = day_filter(_("提交日期不晚于"), "lte", method="by_submitted")
    county = filters.ModelChoiceFilter(label=_("县区"), empty_label=_("不限"), queryset=_counties, to_field_name="code")

    class Meta:
        model, fields = Need, []

    def _in_full(self, queryset):
        return queryset.readable_in_full(self.request.user)

    def by_text(self, queryset, name, value):
        full = Need.objects.readable_in_full(self.request.user).values("pk")
        known = by_words(queryset.filter(pk__in=full), value, "search_text").values("pk")
        blind = by_words(queryset.exclude(pk__in=full), value, "public_search_text").values("pk")
        return queryset.filter(Q(pk__in=known) | Q(pk__in=blind))

    def by_stage(self, queryset, name, value):
        return queryset.filter(status__in=STAGES[Stage(value)])

    def by_type(self, queryset, name, value):
        return any_of(queryset, "types", value) if value else queryset

    def by_firm(self, queryset, name, value):
        firm = Enterprise.objects.visible_to(self.request.user).filter(code=value.strip().upper())
        return self._in_full(queryset).filter(enterprise__in=firm)

    def by_hidden(self, queryset, name, value):
        return self._in_full(queryset).filter(**{name: value})

    @extend_schema_field(OpenApiTypes.STR)  # the code
    def by_park(self, queryset, name, value):
        return self._in_full(queryset).filter(enterprise__park__in=value) if value else queryset

    def by_source(self, queryset, name, value):
        return self._in_full(queryset).filter(source__in=value) if value else queryset

    def by_submitted(self, queryset, name, value):
        after = name.endswith("after")
        moment = datetime.combine(value, time.min if after else time.max, tzinfo=get_current_timezone())
        return self._in_full(queryset).filter(**{"submitted_at__gte" if after else "submitted_at__lte": moment})
