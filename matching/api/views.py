from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from accounts.enums import OFFICE_ROLES
from core.actor import Actor
from core.errors import TransitionRefused, require
from enterprises.enums import OPEN_TO_MATCH
from enterprises.models import Need
from experts.models import Expert
from matching import permissions, selectors, services
from matching.api.serializers import (
    BlockSerializer,
    MatchRunSerializer,
    NeedMatchesSerializer,
    PairMoveSerializer,
)
from matching.enums import MarkKind, RunTrigger
from matching.filters import MatchRunFilter
from matching.models import MatchRun


class MatchRunViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Runs of the engine in the caller's counties, with their progress."""

    queryset = MatchRun.objects.none()
    serializer_class, filterset_class = MatchRunSerializer, MatchRunFilter
    lookup_field, lookup_value_converter = "code", "str"

    def get_queryset(self):
        return MatchRun.objects.visible_to(self.request.user).select_related("county", "need")


class NeedMatchesViewSet(viewsets.GenericViewSet):
    """Candidates of one need; ``code`` is the need's. Open to staff, leaders and admins of its county."""

    queryset = Need.objects.none()
    serializer_class, filterset_class, pagination_class = NeedMatchesSerializer, None, None
    lookup_field, lookup_value_converter = "code", "str"

    def get_queryset(self):
        visible = Need.objects.visible_to(self.request.user)
        return visible.filter(county__in=self.request.user.county_ids(*OFFICE_ROLES)).for_list()

    def retrieve(self, request, code):
        return self._answer(get_object_or_404(self.get_queryset(), code=code))

    @extend_schema(request=PairMoveSerializer, responses={202: MatchRunSerializer})
    @action(detail=True, methods=["post"])
    def run(self, request, code):
        """Ask for a new run; follow it under ``Location``."""
        need = get_object_or_404(self.get_queryset(), code=code)
        require(permissions.can_mark(Actor.of(request), need))
        if need.status not in OPEN_TO_MATCH:
            raise TransitionRefused
        with transaction.atomic(durable=True):
            run = services.run_request(
                county_id=need.county_id, need_id=need.pk, trigger=RunTrigger.STAFF, requested_by_id=request.user.pk
            )
        return Response(
            MatchRunSerializer(run).data,
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": f"/api/v1/match-runs/{run.code}/"},
        )

    @extend_schema(request=PairMoveSerializer, responses=NeedMatchesSerializer)
    @action(detail=True, methods=["post"], url_path="experts/<str:expert_code>/pin")
    def pin(self, request, code, expert_code):
        return self._mark(services.pair_pin, code, expert_code)

    @extend_schema(request=PairMoveSerializer, responses=NeedMatchesSerializer)
    @action(detail=True, methods=["post"], url_path="experts/<str:expert_code>/unpin")
    def unpin(self, request, code, expert_code):
        return self._mark(services.pair_unmark, code, expert_code, kind=MarkKind.PINNED)

    @extend_schema(request=BlockSerializer, responses=NeedMatchesSerializer)
    @action(detail=True, methods=["post"], url_path="experts/<str:expert_code>/block")
    def block(self, request, code, expert_code):
        serializer = BlockSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self._mark(services.pair_block, code, expert_code, **serializer.validated_data)

    @extend_schema(request=PairMoveSerializer, responses=NeedMatchesSerializer)
    @action(detail=True, methods=["post"], url_path="experts/<str:expert_code>/unblock")
    def unblock(self, request, code, expert_code):
        return self._mark(services.pair_unmark, code, expert_code, kind=MarkKind.BLOCKED)

    def _mark(self, service, code, expert_code, **values):
        need = get_object_or_404(self.get_queryset(), code=code)
        expert = get_object_or_404(Expert.objects.visible_to(self.request.user), code=expert_code)
        service(need_id=need.pk, expert_id=expert.pk, actor=Actor.of(self.request), **values)
        return self._answer(need)

    def _answer(self, need):
        result = selectors.current_result(need)
        waiting = selectors.waiting_run(need)
        body = {
            "need": need,
            "status": result.status if result else "waiting",
            "created_at": result.created_at if result else None,
            "run": waiting.code if waiting else None,
            "masked": result.masked if result else {},
            "candidates": selectors.candidates(need, result, self.request.user),
        }
        return Response(NeedMatchesSerializer(body).data)
