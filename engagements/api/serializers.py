"""Orders as their reader may see them: rendered from ``OrderView``, never from the row."""

from rest_framework import serializers

from core.api.strict import StrictMixin
from engagements.enums import DeclineReason, NotSelectedReason, OrderStatus


class OrderSerializer(serializers.Serializer):
    """One order. Names, units, firms and contacts appear when the order's state opens them to the reader."""

    code = serializers.CharField(source="order.code")
    status = serializers.ChoiceField(source="order.status", choices=OrderStatus.choices)
    need = serializers.CharField(source="order.need.code")
    need_title = serializers.CharField(source="need.title")
    enterprise_name = serializers.SerializerMethodField()
    expert_name = serializers.CharField(source="expert.name")
    expert_title = serializers.CharField(source="expert.title")
    expert_institution = serializers.SerializerMethodField()
    expert_contact = serializers.SerializerMethodField()
    reasons = serializers.SerializerMethodField()
    message = serializers.CharField()
    note = serializers.CharField(source="order.note")
    decline_code = serializers.CharField(source="order.decline_code")
    not_selected_code = serializers.CharField(source="order.not_selected_code")
    end_reason = serializers.CharField()
    offered_at = serializers.DateTimeField(source="order.offered_at")
    expires_at = serializers.DateTimeField(source="order.expires_at")
    answered_at = serializers.DateTimeField(source="order.answered_at", allow_null=True)
    confirm_by = serializers.DateTimeField(source="order.confirm_by", allow_null=True)
    confirmed_at = serializers.DateTimeField(source="order.confirmed_at", allow_null=True)
    ended_at = serializers.DateTimeField(source="order.ended_at", allow_null=True)

    def get_enterprise_name(self, view) -> str | None:
        return view.need.enterprise.name if view.need.enterprise else None

    def get_expert_institution(self, view) -> str | None:
        return str(view.expert.unit) if view.expert.is_named else None

    def get_expert_contact(self, view) -> dict[str, str] | None:
        return view.expert.contact

    def get_reasons(self, view) -> list[str]:
        return [str(reason["text"]) for reason in view.reasons]


class OfferSerializer(StrictMixin, serializers.Serializer):
    need = serializers.CharField(max_length=12)
    expert = serializers.CharField(max_length=12)
    message = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class AcceptSerializer(StrictMixin, serializers.Serializer):
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class DeclineSerializer(StrictMixin, serializers.Serializer):
    code = serializers.ChoiceField(choices=DeclineReason.choices)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    colleague = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class RefuseSerializer(StrictMixin, serializers.Serializer):
    code = serializers.ChoiceField(choices=NotSelectedReason.choices[:-1])
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class OrderReasonSerializer(StrictMixin, serializers.Serializer):
    reason = serializers.CharField(max_length=300)


class OrderMoveSerializer(StrictMixin, serializers.Serializer):
    """A move without content."""
