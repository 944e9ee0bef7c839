from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from core.actor import Actor
from core.errors import Invalid
from core.models import Attachment
from enterprises import selectors, services
from enterprises.api import serializers
from enterprises.api.serializers import EnterpriseSerializer, NeedSerializer, ReasonSerializer
from enterprises.files import attachment_response
from enterprises.filters import EnterpriseFilter, NeedFilter
from enterprises.models import Enterprise, Need


class RegisterViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """What both registers share: one service per action, the row as it is afterwards, in the caller's scope."""

    lookup_field, lookup_value_converter = "code", "str"
    cursor_ordering = ("-pk",)
    key = ""  # of the row in the services' arguments

    def filter_queryset(self, queryset):
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    def body(self, serializer_class):
        serializer = serializer_class(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def run(self, service, **values):
        """``service`` on the row of the address. What left the caller's sight in between is a 404 as well."""
        row = self.get_object()
        try:
            row = service(actor=Actor.of(self.request), **{self.key: row.pk}, **values)
        except row.__class__.DoesNotExist as exc:
            raise Http404 from exc
        return self.answer(row)

    def answer(self, row, code=status.HTTP_200_OK):
        fresh = self.get_queryset().filter(pk=row.pk).first()
        if fresh is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(self.get_serializer(fresh).data, status=code)

    def officer_id(self, county_id):
        username = self.body(serializers.AssignSerializer)["officer"]
        officer = selectors.officers_of([county_id]).filter(username=username).first()
        if officer is None:
            raise Invalid(selectors.NOT_AN_OFFICER, code="not_staff", field="officer")
        return officer.pk


class EnterpriseViewSet(RegisterViewSet):
    """The enterprise register: rows of the caller's counties, and the firms the caller acts for."""

    queryset = Enterprise.objects.none()
    serializer_class, filterset_class, key = EnterpriseSerializer, EnterpriseFilter, "enterprise_id"

    def get_queryset(self):
        user = self.request.user
        rows = Enterprise.objects.visible_to(user).select_related("merged_into")
        return selectors.enterprise_list(rows, user)

    def get_serializer_context(self):
        return super().get_serializer_context() | {"is_detail": self.action != "list"}

    def create(self, request):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = dict(serializer.validated_data)
        county = values.pop("county")
        enterprise = services.enterprise_create(county_id=county.pk, values=values, actor=Actor.of(request))
        return self.answer(enterprise, status.HTTP_201_CREATED)

    def partial_update(self, request, code):
        """Change the fields given."""
        serializer = self.get_serializer(self.get_object(), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        return self.run(services.enterprise_update, values=dict(serializer.validated_data))

    @extend_schema(request=None, responses=EnterpriseSerializer)
    @action(detail=True, methods=["post"])
    def verify(self, request, code):
        """核验通过."""
        return self.run(services.enterprise_verify)

    @extend_schema(request=ReasonSerializer, responses=EnterpriseSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request, code):
        """核验不通过, with the reason the firm reads."""
        return self.run(services.enterprise_refuse, **self.body(ReasonSerializer))

    @extend_schema(request=ReasonSerializer, responses=EnterpriseSerializer)
    @action(detail=True, methods=["post"])
    def archive(self, request, code):
        """注销或迁出; refused while needs are unsettled."""
        return self.run(services.enterprise_archive, **self.body(ReasonSerializer))

    @extend_schema(request=None, responses=EnterpriseSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request, code):
        """Put an archived firm back."""
        return self.run(services.enterprise_restore)

    @extend_schema(request=serializers.AssignSerializer, responses=EnterpriseSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request, code):
        """Name the case officer 帮办专员."""
        return self.run(services.enterprise_assign, officer_id=self.officer_id(self.get_object().county_id))

    @extend_schema(request=serializers.MergeSerializer, responses=EnterpriseSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request, code):
        """Fold this row into another; needs and members move."""
        body = self.body(serializers.MergeSerializer)
        drop = self.get_object()
        keep = Enterprise.objects.visible_to(request.user).filter(code=body["into"]).first()
        if keep is None:
            raise Http404
        keep = services.enterprises_merge(
            keep_id=keep.pk, drop_id=drop.pk, reason=body["reason"], actor=Actor.of(request)
        )
        return self.answer(keep)

    @extend_schema(request=ReasonSerializer, responses=serializers.ContactSerializer)
    @action(detail=True, methods=["post"], url_path="reveal-contact")
    def reveal_contact(self, request, code):
        """Phone and e-mail in full. The reveal is recorded."""
        enterprise, body = self.get_object(), self.body(ReasonSerializer)
        return Response(services.enterprise_reveal(enterprise_id=enterprise.pk, actor=Actor.of(request), **body))


class NeedViewSet(RegisterViewSet):
    """Needs in the caller's sight, each at the caller's level of it."""

    queryset = Need.objects.none()
    serializer_class, filterset_class, key = NeedSerializer, NeedFilter, "need_id"

    def get_queryset(self):
        return selectors.need_list(Need.objects.visible_to(self.request.user)).prefetch_related(
            "targets", "attachments"
        )

    def paginate_queryset(self, queryset):
        page = super().paginate_queryset(queryset)
        self.standings = selectors.need_standings(page, self.request.user) if page else {}
        return page

    def get_serializer_context(self):
        return super().get_serializer_context() | {"standings": getattr(self, "standings", None)}

    def create(self, request):
        """A draft. ``submit`` hands it to the office."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = dict(serializer.validated_data)
        enterprise, targets = values.pop("enterprise"), values.pop("targets", ())
        need = services.need_create(
            enterprise_id=enterprise.pk, values=plain(values), targets=targets, actor=Actor.of(request)
        )
        return self.answer(need, status.HTTP_201_CREATED)

    def partial_update(self, request, code):
        """Change the fields given; ``targets`` replaces all rows."""
        serializer = self.get_serializer(self.get_object(), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        values = dict(serializer.validated_data)
        return self.run(services.need_update, targets=values.pop("targets", None), values=plain(values))

    @extend_schema(request=None, responses=NeedSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request, code):
        """Hand a draft or a returned need to the office."""
        return self.run(services.need_submit)

    @extend_schema(request=ReasonSerializer, responses=NeedSerializer, operation_id="needs_return_create")
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def send_back(self, request, code):
        """退回补充, with the reason the firm reads."""
        return self.run(services.need_return, **self.body(ReasonSerializer))

    @extend_schema(request=ReasonSerializer, responses=NeedSerializer)
    @action(detail=True, methods=["post"])
    def reject(self, request, code):
        """不予受理, with the reason the firm reads."""
        return self.run(services.need_reject, **self.body(ReasonSerializer))

    @extend_schema(request=None, responses=NeedSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request, code):
        """Publish after review, or again."""
        return self.run(services.need_publish)

    @extend_schema(request=ReasonSerializer, responses=NeedSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request, code):
        """撤回, with a reason."""
        return self.run(services.need_withdraw, **self.body(ReasonSerializer))

    @extend_schema(request=ReasonSerializer, responses=NeedSerializer)
    @action(detail=True, methods=["post"])
    def unmet(self, request, code):
        """暂无匹配."""
        return self.run(services.need_mark_unmet, **self.body(ReasonSerializer))

    @extend_schema(request=ReasonSerializer, responses=NeedSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request, code):
        """已解决."""
        return self.run(services.need_resolve, **self.body(ReasonSerializer))

    @extend_schema(request=ReasonSerializer, responses=NeedSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request, code):
        """已办结."""
        return self.run(services.need_close, **self.body(ReasonSerializer))

    @extend_schema(request=serializers.RewriteSerializer, responses=NeedSerializer)
    @action(detail=True, methods=["post"])
    def rewrite(self, request, code):
        """技术翻译: the office's technical statement beside the firm's own words."""
        return self.run(services.need_rewrite, **self.body(serializers.RewriteSerializer))

    @extend_schema(request=serializers.AssignSerializer, responses=NeedSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request, code):
        """Name the case officer 帮办专员."""
        return self.run(services.need_assign, officer_id=self.officer_id(self.get_object().county_id))

    @extend_schema(
        request={"multipart/form-data": serializers.FileSerializer}, responses={201: serializers.AttachmentSerializer}
    )
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def attachments(self, request, code):
        """Add one file (10 MB)."""
        need, content = self.get_object(), self.body(serializers.FileSerializer)["file"]
        attachment = services.need_attach(need_id=need.pk, name=content.name, content=content, actor=Actor.of(request))
        return Response(serializers.AttachmentSerializer(attachment).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}, methods=["get"])
    @extend_schema(request=None, responses={204: None}, methods=["delete"])
    @action(detail=True, methods=["get", "delete"], url_path="attachments/<str:file_code>", url_name="attachment")
    def attachment(self, request, code, file_code):
        """Download one file, or take it off the need."""
        need = self.get_object()
        found = attachment_of(need, file_code, request.user)
        if request.method == "DELETE":
            services.need_detach(need_id=need.pk, attachment_code=found.code, actor=Actor.of(request))
            return Response(status=status.HTTP_204_NO_CONTENT)
        return attachment_response(found)


def attachment_of(need, file_code, user) -> Attachment:
    """The file, for readers of the whole need; anything else is not there."""
    view = selectors.need_view(need, user)
    found = next((row for row in view.attachments if row.code == file_code), None)
    if found is None:
        raise Http404
    return found


def plain(values):
    """Sets of choices as the lists that the columns hold, in the order of the code list."""
    return {key: sorted(value) if isinstance(value, set) else value for key, value in values.items()}
