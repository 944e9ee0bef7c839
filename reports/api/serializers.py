from rest_framework import serializers

from core.api.strict import StrictMixin
from reports.enums import Ledger
from reports.models import Export


class ExportSerializer(serializers.ModelSerializer):
    county = serializers.SlugRelatedField(slug_field="code", read_only=True)

    class Meta:
        model = Export
        fields = (
            "code", "ledger", "county", "status", "query", "file_name", "row_count", "sha256", "error", "created_at",
            "finished_at",
        )  # fmt: skip
        read_only_fields = fields


class ExportRequestSerializer(StrictMixin, serializers.Serializer):
    ledger = serializers.ChoiceField(choices=Ledger.choices)
    county = serializers.CharField(max_length=9)
    query = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
