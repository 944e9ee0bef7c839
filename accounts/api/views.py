from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import selectors, services
from accounts.api.serializers import MeSerializer, NotificationSerializer
from accounts.filters import NotificationFilter
from accounts.models import Notification
from core.actor import Actor


class MeView(APIView):
    """Who the caller is and in which regions."""

    @extend_schema(responses=MeSerializer, operation_id="me_retrieve")
    def get(self, request):
        request.user.unread_count = selectors.unread_count(request.user)
        return Response(MeSerializer(request.user).data)


class NotificationViewSet(viewsets.ReadOnlyModelViewSet):
    """The caller's inbox."""

    queryset = Notification.objects.none()
    serializer_class, filterset_class = NotificationSerializer, NotificationFilter
    lookup_field, lookup_value_converter = "code", "str"

    def get_queryset(self):
        return Notification.objects.visible_to(self.request.user)

    @extend_schema(request=None, responses=NotificationSerializer)
    @action(detail=True, methods=["post"])
    def read(self, request, code):
        """Mark one notice as read."""
        try:
            notice = services.notification_read(notification_id=self.get_object().pk, actor=Actor.of(request))
        except Notification.DoesNotExist as exc:
            raise Http404 from exc
        return Response(self.get_serializer(notice).data)

    @extend_schema(
        request=None,
        responses=OpenApiResponse(inline_serializer("ReadAll", {"count": serializers.IntegerField()})),
    )
    @action(detail=False, methods=["post"], url_path="read-all")
    def read_all(self, request):
        """Mark every notice as read."""
        return Response({"count": services.notification_read_all(actor=Actor.of(request))})
