"""Orders 接单: one need offered to one expert."""

from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.codes import new_code
from engagements.enums import OPEN, TAKEN, DeclineReason, NotSelectedReason, OrderStatus
from enterprises.models import Membership, Need
from experts.models import Expert


class OrderQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Rows the user may know about; no DISTINCT, so callers may still lock them."""
        if not user.is_authenticated:
            return self.none()
        firm = Membership.objects.filter(enterprise=OuterRef("need__enterprise"), user=user.pk, is_active=True)
        return self.filter(Q(need__county__in=user.county_ids()) | Exists(firm) | Q(expert__user=user.pk))

    def taken(self):
        return self.filter(status__in=TAKEN)

    def for_list(self):
        return self.select_related("need__enterprise", "need__chain", "expert__institution")


class Order(models.Model):
    """Status moves only in ``engagements.services``."""

    code = models.CharField(_("订单编号"), max_length=12, unique=True, default=partial(new_code, "DD"), editable=False)
    need = models.ForeignKey(Need, models.PROTECT, related_name="orders", verbose_name=_("需求"))
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="orders", verbose_name=_("专家"))
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    status = models.CharField(_("状态"), max_length=12, choices=OrderStatus, default=OrderStatus.OFFERED)
    seat = models.PositiveSmallIntegerField(
        pgettext_lazy("one", "席位"), null=True, blank=True, help_text=_("占用需求的第几个席位")
    )
    message = models.CharField(_("致专家的话"), max_length=300, blank=True)
    reasons = models.JSONField(_("推荐理由"), default=list, blank=True)  # as they stood when the order was offered
    band = models.CharField(_("匹配程度"), max_length=8, blank=True)
    decline_code = models.CharField(_("婉拒原因"), max_length=16, choices=DeclineReason, blank=True)
    not_selected_code = models.CharField(_("未选中原因"), max_length=16, choices=NotSelectedReason, blank=True)
    end_reason = models.CharField(_("说明"), max_length=300, blank=True)
    colleague = models.CharField(_("推荐同事"), max_length=100, blank=True)
    note = models.CharField(_("接单说明"), max_length=500, blank=True)
    offered_at = models.DateTimeField(_("推送时间"))
    expires_at = models.DateTimeField(_("接单截止"))
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    confirm_by = models.DateTimeField(_("确认截止"), null=True, blank=True)
    officer_by = models.DateTimeField(_("专员处理截止"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(condition=Q(status__in=OrderStatus.values), name="order_status_known"),
            models.UniqueConstraint(fields=["need", "seat"], condition=Q(status__in=TAKEN), name="order_one_per_seat"),
            models.UniqueConstraint(
                fields=["need", "expert"], condition=Q(status__in=OPEN), name="order_one_open_per_expert"
            ),
            models.CheckConstraint(condition=~Q(status__in=TAKEN) | Q(seat__isnull=False), name="order_taken_has_seat"),
            models.CheckConstraint(
                condition=~Q(status="declined") | ~Q(decline_code=""), name="order_declined_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(status="not_selected") | ~Q(not_selected_code=""), name="order_not_selected_has_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["need", "-id"], name="order_of_need"),  # the need's page
            models.Index(fields=["expert", "status", "-id"], name="order_of_expert"),  # the expert's inbox
            models.Index(fields=["expires_at"], condition=Q(status="offered"), name="order_due"),  # the clock
            models.Index(fields=["confirm_by"], condition=Q(status="accepted"), name="order_confirm_due"),
        ]

    def __str__(self):
        return self.code

    def get_absolute_url(self):
        return reverse("engagements:order-detail", args=[self.code])
