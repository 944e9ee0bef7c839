"""The page's FilterSet serves the API; a parameter that nobody declared is refused, not ignored."""

from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError

from core.api.pagination import CursorPagination


class StrictFilterBackend(DjangoFilterBackend):
    def filter_queryset(self, request, queryset, view):
        filterset_class = self.get_filterset_class(view, queryset)
        known = set(CursorPagination.reserved) | set(filterset_class.base_filters if filterset_class else ())
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            raise ValidationError(
                {
                    name: [
                        _("不认识的参数“{name}”。可用：{known}").format(name=name, known=_("、").join(sorted(known)))
                    ]
                    for name in unknown
                },
                code="unknown_parameter",
            )
        return super().filter_queryset(request, queryset, view)
