from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from core.actor import Actor
from engagements import selectors, services
from engagements.api.serializers import (
    AcceptSerializer,
    DeclineSerializer,
    OfferSerializer,
    OrderMoveSerializer,
    OrderReasonSerializer,
    OrderSerializer,
    RefuseSerializer,
)
from engagements.filters import OrderFilter
from engagements.models import Order
from enterprises.models import Need
from experts.models import Expert
from matching.selectors import offer_snapshot


class OrderViewSet(viewsets.GenericViewSet):
    """Orders 接单 in the caller's sight: the office's counties, the firm's own needs, the expert's own orders."""

    queryset = Order.objects.none()
    serializer_class, filterset_class = OrderSerializer, OrderFilter
    lookup_field, lookup_value_converter = "code", "str"
    cursor_ordering = ("-pk",)

    def get_queryset(self):
        return Order.objects.visible_to(self.request.user).for_list()

    def list(self, request):
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        views = selectors.order_views(page, request.user)
        return self.get_paginated_response(self.get_serializer(views, many=True).data)

    def retrieve(self, request, code):
        return self._answer(get_object_or_404(self.get_queryset(), code=code))

    @extend_schema(request=OfferSerializer, responses={201: OrderSerializer})
    def create(self, request):
        """Push one need to one expert (office only)."""
        body = self._body(OfferSerializer)
        needs = Need.objects.visible_to(request.user).filter(county__in=request.user.county_ids())
        need = get_object_or_404(needs, code=body["need"])
        expert = get_object_or_404(Expert.objects.visible_to(request.user).for_matching(), code=body["expert"])
        order = services.order_offer(
            need_id=need.pk,
            expert_id=expert.pk,
            message=body["message"],
            actor=Actor.of(request),
            **offer_snapshot(need_id=need.pk, expert_id=expert.pk),
        )
        return self._answer(order, status.HTTP_201_CREATED)

    @extend_schema(request=AcceptSerializer, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request, code):
        return self._run(services.order_accept, code, AcceptSerializer)

    @extend_schema(request=DeclineSerializer, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request, code):
        return self._run(services.order_decline, code, DeclineSerializer)

    @extend_schema(request=OrderMoveSerializer, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request, code):
        return self._run(services.order_confirm, code, OrderMoveSerializer)

    @extend_schema(request=RefuseSerializer, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request, code):
        return self._run(services.order_refuse, code, RefuseSerializer)

    @extend_schema(request=OrderReasonSerializer, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request, code):
        return self._run(services.order_release, code, OrderReasonSerializer)

    @extend_schema(request=OrderReasonSerializer, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request, code):
        return self._run(services.order_revoke, code, OrderReasonSerializer)

    def _body(self, serializer_class):
        serializer = serializer_class(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def _run(self, service, code, serializer_class):
        order = get_object_or_404(self.get_queryset(), code=code)
        try:
            order = service(order_id=order.pk, actor=Actor.of(self.request), **self._body(serializer_class))
        except Order.DoesNotExist as exc:
            raise Http404 from exc
        return self._answer(order)

    def _answer(self, order, code=status.HTTP_200_OK):
        order = Order.objects.for_list().get(pk=order.pk)  # in sight already; the row as it stands now
        return Response(self.get_serializer(selectors.order_view(order, self.request.user)).data, status=code)
