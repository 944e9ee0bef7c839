"""One FilterSet for page and API."""

import django_filters as filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.text import clean_line
from engagements.enums import OrderStatus
from engagements.models import Order

MAX_TEXT = 100


class OrderFilter(filters.FilterSet):
    """Free text looks at the codes and at what every viewer of an order may read: the blind title."""

    q = filters.CharFilter(label=_("搜索"), method="by_text", max_length=MAX_TEXT)
    status = filters.MultipleChoiceFilter(label=_("状态"), choices=OrderStatus.choices)
    need = filters.CharFilter(label=_("需求编号"), field_name="need__code", max_length=12)
    expert = filters.CharFilter(label=_("专家编号"), field_name="expert__code", max_length=12)
    offered_from = filters.DateFilter(label=_("推送自"), field_name="offered_at", lookup_expr="date__gte")
    offered_until = filters.DateFilter(label=_("推送至"), field_name="offered_at", lookup_expr="date__lte")
    ordering = filters.OrderingFilter(
        label=_("排序"), fields=(("offered_at", "offered_at"), ("expires_at", "expires_at"), ("pk", "id"))
    )

    class Meta:
        model = Order
        fields = ()

    def by_text(self, queryset, _name, value):
        value = clean_line(value)
        return queryset.filter(
            Q(code__iexact=value) | Q(need__code__iexact=value) | Q(need__blind_title__icontains=value)
        )
