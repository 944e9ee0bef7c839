"""Bodies say only what the serializer knows: an unknown or read-only key is refused, not dropped."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from rest_framework import serializers


class StrictMixin:
    """For serializers that take input. Related fields are given their scoped querysets in ``scoped``:
    ``{"chains": queryset}``, so that a code out of sight reads like one that does not exist."""

    def get_fields(self):
        fields = super().get_fields()
        for name, queryset in self.scoped().items():
            field = fields[name]
            getattr(field, "child_relation", field).queryset = queryset
        return fields

    def scoped(self):
        return {}

    def to_internal_value(self, data):
        if isinstance(data, Mapping):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            unknown = sorted(set(data) - writable)
            if unknown:
                message = _("不接受的字段。可用：{names}").format(names=_("、").join(sorted(writable)))
                raise serializers.ValidationError({str(name): [message] for name in unknown}, code="unknown_field")
        return super().to_internal_value(data)
