"""Shapes of the reference lists and of long work."""

from rest_framework import serializers

from core.models import Chain, Discipline, Industry, Job, Park, Region, University


class RegionSerializer(serializers.ModelSerializer):
    parent = serializers.SlugRelatedField(slug_field="code", read_only=True, allow_null=True)
    successor = serializers.SlugRelatedField(slug_field="code", read_only=True, allow_null=True)

    class Meta:
        model = Region
        fields = ("code", "name", "full_name", "level", "parent", "is_current", "successor")


class IndustrySerializer(serializers.ModelSerializer):
    parent = serializers.SlugRelatedField(slug_field="code", read_only=True, allow_null=True)

    class Meta:
        model = Industry
        fields = ("code", "name", "level", "parent")


class DisciplineSerializer(serializers.ModelSerializer):
    parent = serializers.SlugRelatedField(slug_field="code", read_only=True, allow_null=True)

    class Meta:
        model = Discipline
        fields = ("code", "name", "level", "parent")


class UniversitySerializer(serializers.ModelSerializer):
    class Meta:
        model = University
        fields = ("code", "name", "authority", "city", "level")


class ChainSerializer(serializers.ModelSerializer):
    county = serializers.SlugRelatedField(slug_field="code", read_only=True)

    class Meta:
        model = Chain
        fields = ("code", "county", "name", "group", "description", "order")


class ParkSerializer(serializers.ModelSerializer):
    county = serializers.SlugRelatedField(slug_field="code", read_only=True)

    class Meta:
        model = Park
        fields = ("code", "county", "name", "kind", "order")


class JobSerializer(serializers.ModelSerializer):
    percent = serializers.IntegerField(read_only=True)

    class Meta:
        model = Job
        fields = (
            "code", "kind", "status", "title", "message", "error", "done_count", "total_count", "percent", "result",
            "created_at", "started_at", "finished_at",
        )  # fmt: skip
        read_only_fields = fields
