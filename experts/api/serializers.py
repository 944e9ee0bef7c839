from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.enums import Role
from core.api.strict import StrictMixin
from core.choices import Cooperation
from core.codes import mask_email, mask_phone
from core.models import Chain, Discipline, Region
from experts import permissions, selectors
from experts.models import Achievement, Expert, HometownTie
from experts.services import base


class AchievementSerializer(serializers.ModelSerializer):
    class Meta:
        model = Achievement
        fields = ("code", "kind", "title", "summary", "maturity", "year", "ip_owner", "is_featured")
        read_only_fields = fields


class TieSerializer(serializers.ModelSerializer):
    region = serializers.SlugRelatedField(slug_field="code", read_only=True, allow_null=True)

    class Meta:
        model = HometownTie
        fields = ("kind", "region", "place", "note")
        read_only_fields = fields


class ItemsField(serializers.ListField):
    """A short list of words."""

    def __init__(self, **kwargs):
        super().__init__(child=serializers.CharField(max_length=base.MAX_ITEM), required=False, **kwargs)


class ExpertSerializer(StrictMixin, serializers.ModelSerializer):
    """One row of a register. What the caller may not read is null; phone and e-mail are always masked
    (``reveal-contact`` shows them, on record). ``county`` is chosen once, at creation."""

    county = serializers.SlugRelatedField(slug_field="code", queryset=Region.objects.none())
    institution = serializers.CharField(max_length=80, required=False, allow_blank=True, source="institution_name")
    chains = serializers.SlugRelatedField(slug_field="code", many=True, required=False, queryset=Chain.objects.none())
    disciplines = serializers.SlugRelatedField(
        slug_field="code", many=True, required=False, queryset=Discipline.objects.all()
    )
    honours = ItemsField(max_length=base.LISTS["honours"])
    research_fields = ItemsField(max_length=base.LISTS["research_fields"])
    cooperation = serializers.MultipleChoiceField(choices=Cooperation.choices, required=False)
    born_on = serializers.RegexField(r"^(19|20)\d{2}-(0[1-9]|1[0-2])$", required=False, allow_blank=True)
    is_paused = serializers.BooleanField(read_only=True)
    merged_into = serializers.SlugRelatedField(slug_field="code", read_only=True, allow_null=True)
    ties = TieSerializer(many=True, read_only=True, source="listed_ties")
    groups = serializers.SerializerMethodField()

    class Meta:
        model = Expert
        fields = (
            "code", "county", "status", "merged_into", "consent", "source", "name", "name_pinyin", "gender", "born_on",
            "is_hometown", "is_deputy", "is_advisor", "institution", "department", "position", "title", "degree",
            "honours", "disciplines", "research_fields", "chains", "profile", "cooperation", "availability", "city",
            "phone", "email", "referrer", "remarks", "capacity", "load", "is_paused", "paused_from", "paused_until",
            "last_contacted_on", "ties", "groups", "profile_updated_at", "version", "created_at",
        )  # fmt: skip
        read_only_fields = (
            "code", "status", "consent", "source", "name_pinyin", "capacity", "load", "paused_from", "paused_until",
            "profile_updated_at", "version", "created_at",
        )  # fmt: skip
        extra_kwargs = {"profile": {"max_length": 20000}, "remarks": {"max_length": 5000}}

    def scoped(self):
        request = self.context.get("request")
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return {"county": Region.objects.none(), "chains": Chain.objects.none()}
        return {
            "county": selectors.counties_of(user, Role.STAFF, Role.ADMIN),
            "chains": selectors.chains_in_sight(user),
        }

    def get_fields(self):
        fields = super().get_fields()
        if self.instance is not None:
            fields["county"].read_only = True
            fields["name"].required = False
        return fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_groups(self, expert):
        return [membership.group.code for membership in expert.current_groups]

    def to_representation(self, expert):
        expert.institution_name = expert.institution.name if expert.institution else ""
        data = super().to_representation(expert)
        data["cooperation"] = list(expert.cooperation)
        data["phone"], data["email"] = mask_phone(expert.phone), mask_email(expert.email)
        return data | dict.fromkeys(permissions.hidden_fields(self.context["request"].user, expert))

    def values(self):
        """The validated values as the services take them."""
        values = dict(self.validated_data)
        values.pop("county", None)
        if "institution_name" in values:
            values["institution"] = values.pop("institution_name")
        return values


class ExpertDetailSerializer(ExpertSerializer):
    achievements = AchievementSerializer(many=True, read_only=True)

    class Meta(ExpertSerializer.Meta):
        fields = (*ExpertSerializer.Meta.fields, "achievements")


class PauseSerializer(StrictMixin, serializers.Serializer):
    paused_from = serializers.DateField(required=False, allow_null=True, help_text=_("空缺为今天"))
    paused_until = serializers.DateField(required=False, allow_null=True, help_text=_("空缺为另行通知"))


@extend_schema_serializer(component_name="ExpertReason")
class ReasonSerializer(StrictMixin, serializers.Serializer):
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


@extend_schema_serializer(component_name="ExpertContact")
class ContactSerializer(serializers.Serializer):
    phone = serializers.CharField(read_only=True)
    email = serializers.CharField(read_only=True)
