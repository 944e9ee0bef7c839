from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from core.actor import Actor
from experts import selectors, services
from experts.api.serializers import (
    ContactSerializer,
    ExpertDetailSerializer,
    ExpertSerializer,
    PauseSerializer,
    ReasonSerializer,
)
from experts.filters import ExpertFilter
from experts.models import Expert


class ExpertViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """The expert register: rows of the caller's counties, own rows, and colleagues of the same expert group."""

    queryset = Expert.objects.none()
    serializer_class, filterset_class = ExpertSerializer, ExpertFilter
    lookup_field, lookup_value_converter = "code", "str"
    cursor_ordering = ("-pk",)

    def get_queryset(self):
        visible = Expert.objects.visible_to(self.request.user).select_related("merged_into")
        rows = selectors.register_list(visible).prefetch_related("disciplines")
        return rows if self.action == "list" else rows.prefetch_related("achievements")

    def get_serializer_class(self):
        return ExpertSerializer if self.action == "list" else ExpertDetailSerializer

    def filter_queryset(self, queryset):
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    @extend_schema(request=ExpertSerializer, responses={201: ExpertDetailSerializer})
    def create(self, request):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        expert = services.expert_create(
            county_id=serializer.validated_data["county"].pk, values=serializer.values(), actor=Actor.of(request)
        )
        return self._answer(expert, status.HTTP_201_CREATED)

    @extend_schema(request=ExpertSerializer, responses=ExpertDetailSerializer)
    def partial_update(self, request, code):
        """Change the fields given. ``If-Match`` with the row's version refuses a stale change."""
        expert = self.get_object()
        serializer = self.get_serializer(expert, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        version = request.headers.get("If-Match", "").strip('W/"')
        return self._run(
            services.expert_update,
            expert,
            values=serializer.values(),
            expected_version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None,
        )

    @extend_schema(request=ReasonSerializer, responses=ExpertDetailSerializer)
    @action(detail=True, methods=["post"])
    def archive(self, request, code):
        """Take the row out of the register; refused while orders are in hand."""
        return self._run(services.expert_archive, self.get_object(), **self._body(ReasonSerializer))

    @extend_schema(request=None, responses=ExpertDetailSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request, code):
        """Put an archived row back."""
        return self._run(services.expert_restore, self.get_object())

    @extend_schema(request=PauseSerializer, responses=ExpertDetailSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request, code):
        """暂不接单 between two dates, both inclusive."""
        body = self._body(PauseSerializer)
        return self._run(
            services.pause_set, self.get_object(), start=body.get("paused_from"), end=body.get("paused_until")
        )

    @extend_schema(request=None, responses=ExpertDetailSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request, code):
        """End the pause."""
        return self._run(services.pause_clear, self.get_object())

    @extend_schema(request=ReasonSerializer, responses=ContactSerializer)
    @action(detail=True, methods=["post"], url_path="reveal-contact")
    def reveal_contact(self, request, code):
        """Phone and e-mail in full. The reveal is recorded."""
        expert, body = self.get_object(), self._body(ReasonSerializer)
        try:
            return Response(services.contact_reveal(expert_id=expert.pk, actor=Actor.of(request), **body))
        except Expert.DoesNotExist as exc:
            raise Http404 from exc

    def _body(self, serializer_class):
        serializer = serializer_class(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def _run(self, service, expert, **values):
        try:
            expert = service(expert_id=expert.pk, actor=Actor.of(self.request), **values)
        except Expert.DoesNotExist as exc:
            raise Http404 from exc
        return self._answer(expert)

    def _answer(self, expert, code=status.HTTP_200_OK):
        """The row as it is now, read in the caller's scope."""
        fresh = self.get_queryset().get(pk=expert.pk)
        return Response(self.get_serializer(fresh).data, status=code)
