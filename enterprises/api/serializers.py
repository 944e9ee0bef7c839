"""Shapes of firms and needs. What a reader's level does not show is null (``docs/visibility.md`` §5 and §6)."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.enums import Role
from accounts.models import User
from core.api.strict import StrictMixin
from core.choices import Cooperation
from core.codes import mask_credit_code, mask_email, mask_phone
from core.enums import RegionLevel
from core.models import Attachment, Chain, Industry, Park, Region
from enterprises import selectors
from enterprises.enums import NeedType, Qualification
from enterprises.models import Enterprise, Need, NeedTarget
from enterprises.services.moves import MAX_REASON
from enterprises.services.needs import CONSTRAINT_KEYS, LIMITS, MAX_CONSTRAINT, MAX_TARGETS

NOBODY = Region.objects.none()


def asker(serializer):
    user = getattr(serializer.context.get("request"), "user", None)
    return user if user is not None and user.is_authenticated else None


class PersonSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ("username", "name")
        read_only_fields = fields


class EnterpriseSerializer(StrictMixin, serializers.ModelSerializer):
    """One row of a register. The credit code is masked in lists, phone and e-mail for everybody but the firm itself
    (``reveal-contact`` shows them, on record). ``county`` is chosen once, at creation."""

    county = serializers.SlugRelatedField(slug_field="code", queryset=NOBODY)
    town = serializers.SlugRelatedField(slug_field="code", queryset=NOBODY, required=False, allow_null=True)
    park = serializers.SlugRelatedField(
        slug_field="code", queryset=Park.objects.none(), required=False, allow_null=True
    )
    industry = serializers.SlugRelatedField(
        slug_field="code", queryset=Industry.objects.all(), required=False, allow_null=True
    )
    chains = serializers.SlugRelatedField(slug_field="code", many=True, required=False, queryset=Chain.objects.none())
    qualifications = serializers.MultipleChoiceField(choices=Qualification.choices, required=False)
    credit_code = serializers.CharField(required=False, allow_blank=True, max_length=40)
    phone = serializers.CharField(required=False, allow_blank=True, max_length=40)
    officer = PersonSerializer(read_only=True, allow_null=True)
    merged_into = serializers.SlugRelatedField(slug_field="code", read_only=True, allow_null=True)
    need_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Enterprise
        fields = (
            "code", "county", "status", "merged_into", "verification", "verification_reason", "source", "name",
            "name_pinyin", "credit_code", "town", "park", "industry", "chains", "size", "qualifications",
            "main_products", "founded_on", "address", "contact_name", "contact_post", "phone", "email", "officer",
            "remarks", "need_count", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = (
            "code", "status", "verification", "verification_reason", "source", "name_pinyin", "created_at",
            "updated_at",
        )  # fmt: skip
        extra_kwargs = {"remarks": {"max_length": 5000}}
        validators = []  # uniqueness is the service's: scoped to the county, told to the office alone

    def scoped(self):
        user = asker(self)
        if user is None:
            return {}
        counties = user.county_ids(Role.STAFF, Role.ADMIN)
        if self.instance is not None and not isinstance(self.instance, list):
            own = Q(parent=getattr(self.instance, "county_id", None))
        else:
            own = Q(parent__in=counties)
        return {
            "county": Region.objects.filter(pk__in=counties),
            "town": Region.objects.filter(own, level=RegionLevel.TOWN),
            "park": selectors.parks_in_sight(user),
            "chains": selectors.chains_in_sight(user),
        }

    def get_fields(self):
        fields = super().get_fields()
        if self.instance is not None:
            fields["county"].read_only = True
            fields["name"].required = False
        return fields

    def to_representation(self, enterprise):
        data = super().to_representation(enterprise)
        data["qualifications"] = list(enterprise.qualifications)
        if enterprise.county_id in asker(self).county_ids():
            data["phone"], data["email"] = mask_phone(enterprise.phone), mask_email(enterprise.email)
            if not self.context.get("is_detail"):
                data["credit_code"] = mask_credit_code(enterprise.credit_code)
        else:
            data |= {"remarks": None, "source": None}
        return data


class TargetSerializer(StrictMixin, serializers.ModelSerializer):
    class Meta:
        model = NeedTarget
        fields = ("name", "current", "target", "unit")


class ConstraintsSerializer(StrictMixin, serializers.Serializer):
    def get_fields(self):
        return {
            key: serializers.CharField(max_length=MAX_CONSTRAINT, required=False, allow_blank=True)
            for key in CONSTRAINT_KEYS
        }


class AttachmentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Attachment
        fields = ("code", "name", "size", "sha256", "created_at")
        read_only_fields = fields


class CompletenessSerializer(serializers.Serializer):
    percent = serializers.IntegerField(read_only=True)
    missing = serializers.ListField(child=serializers.CharField(), read_only=True)


class NeedSerializer(StrictMixin, serializers.ModelSerializer):
    """One need as the caller may read it. ``level``: full, open or summary; ``text`` is what that level reads of the
    matter. Amounts are in yuan. ``enterprise`` is chosen once, at creation."""

    county = serializers.SlugRelatedField(slug_field="code", read_only=True)
    level = serializers.ChoiceField(choices=("full", "open", "summary"), read_only=True)
    text = serializers.CharField(read_only=True)
    enterprise = serializers.SlugRelatedField(slug_field="code", queryset=Enterprise.objects.none())
    chain = serializers.SlugRelatedField(
        slug_field="code", queryset=Chain.objects.none(), required=False, allow_null=True
    )
    types = serializers.MultipleChoiceField(choices=NeedType.choices, required=False)
    cooperation = serializers.MultipleChoiceField(choices=Cooperation.choices, required=False)
    constraints = ConstraintsSerializer(required=False)
    targets = TargetSerializer(many=True, required=False, max_length=MAX_TARGETS)
    seats = serializers.IntegerField(min_value=1, max_value=20, required=False)
    officer = PersonSerializer(read_only=True, allow_null=True)
    attachments = AttachmentSerializer(many=True, read_only=True)
    completeness = serializers.SerializerMethodField()

    class Meta:
        model = Need
        fields = (
            "code", "county", "level", "status", "status_reason", "enterprise", "chain", "types", "sub_field", "title",
            "text", "blind_title", "summary", "situation", "tried", "targets", "constraints", "cooperation", "urgency",
            "is_onsite_possible", "confidentiality", "ip_expectation", "decision_maker", "budget_min", "budget_max",
            "bounty", "seats", "deadline", "rewrite_title", "rewrite_text", "officer", "source", "attachments",
            "completeness", "created_at", "submitted_at", "reviewed_at", "published_at", "version",
        )  # fmt: skip
        read_only_fields = (
            "code", "status", "status_reason", "rewrite_title", "rewrite_text", "source", "created_at", "submitted_at",
            "reviewed_at", "published_at", "version",
        )  # fmt: skip
        extra_kwargs = {key: {"max_length": limit} for key, limit in LIMITS.items() if key != "rewrite_text"} | {
            key: {"min_value": 0} for key in ("budget_min", "budget_max", "bounty")
        }

    def scoped(self):
        user = asker(self)
        if user is None:
            return {}
        return {
            "enterprise": Enterprise.objects.visible_to(user).active(),
            "chain": selectors.chains_in_sight(user),
        }

    def get_fields(self):
        fields = super().get_fields()
        if self.instance is not None:
            fields["enterprise"].read_only = True
            fields["title"].required = False
        return fields

    @extend_schema_field(CompletenessSerializer(allow_null=True))
    def get_completeness(self, need):
        found = selectors.need_completeness(need)
        return {"percent": found.percent, "missing": [str(label) for label in found.missing]}

    # Fields by what a reader must at least be.
    FULL = ("enterprise", "blind_title", "situation", "decision_maker", "attachments", "rewrite_title", "rewrite_text")
    TEXT = ("tried", "constraints", "ip_expectation", "budget_min", "budget_max", "bounty")
    INSIDE = ("status_reason", "completeness", "source", "created_at", "submitted_at", "reviewed_at", "version")

    def to_representation(self, need):
        standings = self.context.get("standings") or selectors.need_standings([need], asker(self))
        view = selectors.NeedView(need, *standings[need.pk])
        need.level, need.text = view.level, view.text
        data = super().to_representation(need)
        data["types"], data["cooperation"] = list(need.types), list(need.cooperation)
        data["title"] = view.title
        hidden = () if view.is_full else self.FULL
        hidden += () if view.shows_text else self.TEXT
        hidden += () if view.is_inside else self.INSIDE
        data |= dict.fromkeys(hidden)
        if not view.shows_text:
            data["targets"] = [
                {"name": row.name, "current": None, "target": None, "unit": None} for row in view.targets
            ]
            data["summary"] = need.summary
        elif not view.is_full:
            data["summary"] = need.summary
        return data


class ReasonSerializer(StrictMixin, serializers.Serializer):
    reason = serializers.CharField(max_length=MAX_REASON, required=False, allow_blank=True, default="")


class RewriteSerializer(StrictMixin, serializers.Serializer):
    rewrite_title = serializers.CharField(max_length=40, allow_blank=True)
    rewrite_text = serializers.CharField(max_length=LIMITS["rewrite_text"], allow_blank=True)


class AssignSerializer(StrictMixin, serializers.Serializer):
    officer = serializers.CharField(max_length=150, help_text=_("工作人员的用户名"))


class MergeSerializer(StrictMixin, serializers.Serializer):
    into = serializers.CharField(max_length=12, help_text=_("保留的企业编号"))
    reason = serializers.CharField(max_length=MAX_REASON)


class FileSerializer(serializers.Serializer):
    file = serializers.FileField()


class ContactSerializer(serializers.Serializer):
    phone = serializers.CharField(read_only=True)
    email = serializers.CharField(read_only=True)
