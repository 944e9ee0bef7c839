from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from core.actor import Actor
from core.models import Region
from reports import services
from reports.api.serializers import ExportRequestSerializer, ExportSerializer
from reports.enums import ExportStatus
from reports.filters import ExportFilter
from reports.models import Export


class ExportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """The caller's own exports; a file is built in the background and downloaded once it is done."""

    queryset = Export.objects.none()
    serializer_class, filterset_class = ExportSerializer, ExportFilter
    lookup_field, lookup_value_converter = "code", "str"

    def get_queryset(self):
        return Export.objects.visible_to(self.request.user).select_related("county")

    @extend_schema(request=ExportRequestSerializer, responses={202: ExportSerializer})
    def create(self, request):
        serializer = ExportRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        counties = Region.objects.filter(pk__in=request.user.county_ids())
        county = get_object_or_404(counties, code=data["county"])
        export = services.export_request(
            ledger=data["ledger"], county_id=county.pk, query=data["query"], actor=Actor.of(request)
        )
        return Response(
            ExportSerializer(export).data,
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": f"/api/v1/exports/{export.code}/"},
        )

    @extend_schema(request=None, responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["post"])
    def download(self, request, code):
        """The file. A POST, because each download is on record."""
        export = get_object_or_404(self.get_queryset(), code=code, status=ExportStatus.DONE)
        export = services.export_downloaded(export_id=export.pk, actor=Actor.of(request))
        return FileResponse(export.file.open("rb"), as_attachment=True, filename=export.file_name)
