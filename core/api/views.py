"""Reference lists, open to everybody who is signed in, and the asker's own long work."""

from rest_framework import viewsets

from core import filters
from core.api import serializers
from core.models import Chain, Discipline, Industry, Job, Park, Region, University


class ReferenceViewSet(viewsets.ReadOnlyModelViewSet):
    lookup_field = "code"
    lookup_value_converter = "str"
    cursor_ordering = ("code",)


class RegionViewSet(ReferenceViewSet):
    """Divisions from province to town (GB/T 2260)."""

    queryset = Region.objects.select_related("parent", "successor")
    serializer_class, filterset_class = serializers.RegionSerializer, filters.RegionFilter


class IndustryViewSet(ReferenceViewSet):
    """Industries (GB/T 4754-2017)."""

    queryset = Industry.objects.select_related("parent")
    serializer_class, filterset_class = serializers.IndustrySerializer, filters.IndustryFilter


class DisciplineViewSet(ReferenceViewSet):
    """Disciplines (GB/T 13745-2009)."""

    queryset = Discipline.objects.select_related("parent")
    serializer_class, filterset_class = serializers.DisciplineSerializer, filters.DisciplineFilter


class UniversityViewSet(ReferenceViewSet):
    """Regular institutions of higher education."""

    queryset = University.objects.all()
    serializer_class, filterset_class = serializers.UniversitySerializer, filters.UniversityFilter


class ChainViewSet(ReferenceViewSet):
    """The counties' own industry chains."""

    queryset = Chain.objects.select_related("county")
    serializer_class, filterset_class = serializers.ChainSerializer, filters.ChainFilter


class ParkViewSet(ReferenceViewSet):
    """The counties' parks."""

    queryset = Park.objects.select_related("county")
    serializer_class, filterset_class = serializers.ParkSerializer, filters.ParkFilter


class JobViewSet(viewsets.ReadOnlyModelViewSet):
    """Long work that the caller asked for, with its progress."""

    queryset = Job.objects.none()
    serializer_class, filterset_class = serializers.JobSerializer, filters.JobFilter
    lookup_field, lookup_value_converter = "code", "str"

    def get_queryset(self):
        return Job.objects.visible_to(self.request.user)
