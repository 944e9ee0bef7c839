from rest_framework import serializers

from core.api.strict import StrictMixin
from matching.enums import Band, BlockReason, ResultStatus, RunStatus
from matching.models import MatchRun
from matching.wording import caution_texts, reason_rows


class MatchRunSerializer(serializers.ModelSerializer):
    county = serializers.SlugRelatedField(slug_field="code", read_only=True)
    need = serializers.SlugRelatedField(slug_field="code", read_only=True, allow_null=True)
    status = serializers.ChoiceField(choices=RunStatus.choices, read_only=True)
    percent = serializers.IntegerField(read_only=True)

    class Meta:
        model = MatchRun
        fields = (
            "code", "county", "need", "status", "trigger", "percent", "done_count", "total_count", "pair_count",
            "seconds", "fingerprint", "created_at", "started_at", "finished_at",
        )  # fmt: skip
        read_only_fields = fields


class CandidateSerializer(serializers.Serializer):
    """One candidate of a need, as the match page shows it."""

    expert = serializers.CharField(source="expert.code")
    name = serializers.CharField(source="expert.name")
    title = serializers.CharField(source="expert.title")
    institution = serializers.CharField(source="expert.institution.name", default="")
    rank = serializers.IntegerField(source="match.rank", allow_null=True, default=None)
    band = serializers.ChoiceField(source="match.band", choices=Band.choices, allow_null=True, default=None)
    score = serializers.FloatField(source="match.score", allow_null=True, default=None)
    similarity = serializers.FloatField(source="match.similarity", allow_null=True, default=None)
    parts = serializers.DictField(source="match.parts", child=serializers.FloatField(), default=dict)
    reasons = serializers.SerializerMethodField()
    cautions = serializers.SerializerMethodField()
    is_pinned = serializers.BooleanField()
    is_offered = serializers.BooleanField()

    def get_reasons(self, row) -> list[str]:
        return [str(reason["text"]) for reason in reason_rows(row.match.reasons)] if row.match else []

    def get_cautions(self, row) -> list[str]:
        return [str(text) for text in caution_texts(row.match.cautions)] if row.match else []


class NeedMatchesSerializer(serializers.Serializer):
    need = serializers.CharField(source="need.code")
    status = serializers.ChoiceField(choices=[*ResultStatus.choices, ("waiting", "waiting")])
    created_at = serializers.DateTimeField(allow_null=True)
    run = serializers.CharField(allow_null=True)
    masked = serializers.DictField(child=serializers.IntegerField())
    candidates = CandidateSerializer(many=True)


class BlockSerializer(StrictMixin, serializers.Serializer):
    reason_code = serializers.ChoiceField(choices=BlockReason.choices)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class PairMoveSerializer(StrictMixin, serializers.Serializer):
    """A move without content."""
