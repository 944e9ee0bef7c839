"""Filters shared by pages and API."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from accounts.models import Notification
from core.models import AuditEvent


class NotificationFilter(filters.FilterSet):
    unread = filters.BooleanFilter(field_name="read_at", lookup_expr="isnull", label=_("未读"))

    class Meta:
        model, fields = Notification, ["unread"]


class AuditFilter(filters.FilterSet):
    object_code = filters.CharFilter(label=_("对象编号"), max_length=40)
    verb = filters.CharFilter(label=_("动作"), max_length=40)
    person = filters.CharFilter(field_name="actor_label", lookup_expr="icontains", label=_("操作人"), max_length=40)
    on_behalf_of = filters.CharFilter(label=_("代办对象"), max_length=40)
    since = filters.DateFilter(field_name="at", lookup_expr="date__gte", label=_("自"))
    until = filters.DateFilter(field_name="at", lookup_expr="date__lte", label=_("至"))

    class Meta:
        model, fields = AuditEvent, ["person", "object_code", "verb", "on_behalf_of", "since", "until"]
