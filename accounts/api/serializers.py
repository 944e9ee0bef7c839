from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.enums import OFFICE_ROLES
from accounts.models import Notification, Scope, User


class ScopeSerializer(serializers.ModelSerializer):
    role = serializers.ChoiceField(choices=[(role.value, role.label) for role in OFFICE_ROLES])
    region = serializers.SlugRelatedField(slug_field="code", read_only=True)
    region_name = serializers.CharField(source="region.full_name", read_only=True)

    class Meta:
        model = Scope
        fields = ("role", "region", "region_name")


class MeSerializer(serializers.ModelSerializer):
    scopes = serializers.SerializerMethodField()
    unread_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = User
        fields = ("username", "name", "email", "phone", "scopes", "unread_count")
        read_only_fields = fields

    @extend_schema_field(ScopeSerializer(many=True))
    def get_scopes(self, user):
        return ScopeSerializer(user.scopes.filter(is_active=True).select_related("region"), many=True).data


class NotificationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Notification
        fields = ("code", "event", "title", "body", "url", "created_at", "read_at")
        read_only_fields = fields
