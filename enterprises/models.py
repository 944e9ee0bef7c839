"""The demand side: enterprises, their members, and the needs they post (发单)."""

from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import Cooperation, Source
from core.codes import mask_credit_code, new_code
from core.models import Attachment, Chain, Industry, Park, Region
from enterprises.enums import (
    PUBLIC_STATES,
    Confidentiality,
    DisclosureLevel,
    EnterpriseStatus,
    NeedStatus,
    NeedType,
    Qualification,
    Size,
    Urgency,
    Verification,
)


class EnterpriseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office's counties and the firms the user is a member of. An expert reads a firm's name and contact on a
        confirmed order, never here."""
        if not user.is_authenticated:
            return self.none()
        member = Membership.objects.filter(enterprise=OuterRef("pk"), user=user.pk, is_active=True)
        return self.filter(Q(county__in=user.county_ids()) | Exists(member))

    def active(self):
        return self.filter(status=EnterpriseStatus.ACTIVE)

    def for_list(self):
        return self.select_related("county", "park", "industry", "town", "officer")


class Enterprise(models.Model):
    code = models.CharField(_("编号"), max_length=12, unique=True, default=partial(new_code, "QY"), editable=False)
    county = models.ForeignKey(Region, models.PROTECT, related_name="enterprises", verbose_name=_("所属县区"))
    town = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("镇街"))
    park = models.ForeignKey(
        Park, models.PROTECT, null=True, blank=True, related_name="enterprises", verbose_name=_("园区")
    )
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("帮办专员")
    )
    status = models.CharField(_("状态"), max_length=10, choices=EnterpriseStatus, default=EnterpriseStatus.ACTIVE)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_rows")
    verification = models.CharField(_("核验"), max_length=10, choices=Verification, default=Verification.PENDING)
    verification_reason = models.CharField(_("核验说明"), max_length=200, blank=True)
    source = models.CharField(_("来源"), max_length=12, choices=Source, default=Source.STAFF)

    name = models.CharField(_("企业名称"), max_length=100)
    name_pinyin = models.CharField(max_length=300, blank=True)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    industry = models.ForeignKey(
        Industry, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("国民经济行业")
    )
    chains = models.ManyToManyField(Chain, blank=True, related_name="enterprises", verbose_name=_("产业链"))
    size = models.CharField(_("规模"), max_length=10, choices=Size, blank=True)
    qualifications = models.JSONField(_("资质"), default=list, blank=True, help_text=str(Qualification.values))
    main_products = models.CharField(_("主营产品"), max_length=300, blank=True)
    founded_on = models.DateField(_("成立日期"), null=True, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    contact_name = models.CharField(_("联系人"), max_length=50, blank=True)
    contact_post = models.CharField(_("职务"), max_length=50, blank=True)
    phone = models.CharField(_("联系电话"), max_length=20, blank=True)
    email = models.EmailField(_("邮箱"), blank=True)
    remarks = models.TextField(_("备注"), blank=True)
    search_text = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(_("入库时间"), auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        ordering = ("name_pinyin", "pk")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=EnterpriseStatus.values), name="enterprise_status_known"),
            models.CheckConstraint(
                condition=Q(verification__in=Verification.values), name="enterprise_verification_known"
            ),
            models.CheckConstraint(
                condition=Q(status=EnterpriseStatus.MERGED, merged_into__isnull=False)
                | (~Q(status=EnterpriseStatus.MERGED) & Q(merged_into=None)),
                name="enterprise_merged_names_successor",
            ),
            # Scoped to the county, so that a refusal tells nothing about another county's register.
            models.UniqueConstraint(
                fields=["county", "credit_code"],
                condition=~Q(credit_code="") & Q(status="active"),
                name="enterprise_one_per_credit_code",
            ),
        ]
        indexes = [
            models.Index(fields=["county", "status", "name_pinyin", "id"], name="enterprise_register"),  # the list
            models.Index(fields=["county", "name"], name="enterprise_name"),  # duplicate candidates at intake
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("enterprises:enterprise-detail", args=[self.code])

    @property
    def place(self):
        """The park, else the town: where the office looks for the firm."""
        return self.park.name if self.park else self.town.name if self.town else ""

    @property
    def masked_credit_code(self):
        return mask_credit_code(self.credit_code)


class Membership(models.Model):
    """A user who acts for a firm."""

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    is_active = models.BooleanField(_("有效"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=["enterprise", "user"], name="membership_once")]

    def __str__(self):
        return f"{self.user} @ {self.enterprise}"


class NeedQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Rows the user may know about. What of a row is shown is decided by ``enterprises.selectors.need_view``.

        Office: every need of its counties but other people's drafts. Firm: its own. Expert: public needs (公开,
        摘要公开) of the counties whose market the person takes part in, and every need disclosed to the person."""
        if not user.is_authenticated:
            return self.none()
        member = Membership.objects.filter(enterprise=OuterRef("enterprise"), user=user.pk, is_active=True)
        told = Disclosure.objects.filter(need=OuterRef("pk"), user=user.pk, closed_at=None)
        return self.filter(
            Q(county__in=user.county_ids()) & (~Q(status=NeedStatus.DRAFT) | Q(created_by=user.pk) | Q(source="staff"))
            | Exists(member)
            | Q(county__in=user.market_county_ids, status__in=PUBLIC_STATES)
            & ~Q(confidentiality=Confidentiality.DIRECTED)
            | Exists(told)
        )

    def readable_in_full(self, user):
        """The part of ``visible_to(user)`` whose firm and text the person may read: what a filter may look at.

        The same rule as ``enterprises.selectors.need_levels``, for the database."""
        if not user.is_authenticated:
            return self.none()
        member = Membership.objects.filter(enterprise=OuterRef("enterprise"), user=user.pk, is_active=True)
        told = Disclosure.objects.filter(need=OuterRef("pk"), user=user.pk, closed_at=None, level=DisclosureLevel.FULL)
        return self.filter(Q(county__in=user.county_ids()) | Exists(member) | Exists(told))

    def for_list(self):
        return self.select_related("county", "enterprise", "chain", "officer")


class Need(models.Model):
    """需求. Status moves only in ``enterprises.services``. Amounts are in yuan."""

    code = models.CharField(_("需求编号"), max_length=12, unique=True, default=partial(new_code, "XQ"), editable=False)
    county = models.ForeignKey(Region, models.PROTECT, related_name="needs", editable=False)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="needs", verbose_name=_("企业"))
    chain = models.ForeignKey(
        Chain, models.PROTECT, null=True, blank=True, related_name="needs", verbose_name=_("产业链")
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("帮办专员")
    )
    status = models.CharField(_("状态"), max_length=12, choices=NeedStatus, default=NeedStatus.DRAFT)
    status_reason = models.CharField(_("理由"), max_length=300, blank=True)
    confidentiality = models.CharField(
        _("保密级别"), max_length=10, choices=Confidentiality, default=Confidentiality.SUMMARY
    )
    source = models.CharField(_("来源"), max_length=12, choices=Source, default=Source.ENTERPRISE)

    title = models.CharField(_("需求名称"), max_length=40)
    blind_title = models.CharField(
        _("对外名称"), max_length=40, blank=True, help_text=_("不含企业名称，专家确认前看到")
    )
    summary = models.CharField(_("公开摘要"), max_length=300, blank=True)
    types = models.JSONField(_("需求类型"), default=list, blank=True, help_text=str(NeedType.values))
    sub_field = models.CharField(_("细分领域"), max_length=60, blank=True)
    situation = models.TextField(_("现状与问题"), blank=True, max_length=800)
    tried = models.TextField(_("已尝试的办法"), blank=True)
    constraints = models.JSONField(_("约束"), default=dict, blank=True)  # equipment, cost, environment, period
    cooperation = models.JSONField(_("合作方式"), default=list, blank=True, help_text=str(Cooperation.values))
    ip_expectation = models.CharField(_("知识产权期望"), max_length=200, blank=True)
    decision_maker = models.CharField(_("决策人"), max_length=50, blank=True)
    urgency = models.CharField(_("紧急程度"), max_length=8, choices=Urgency, default=Urgency.NORMAL)
    is_onsite_possible = models.BooleanField(_("可到现场"), default=True)
    attachments = models.ManyToManyField(Attachment, blank=True, related_name="needs")
    # 技术翻译: what the office wrote for matching and for experts; the firm's own words above stay as they were.
    rewrite_title = models.CharField(_("技术名称"), max_length=40, blank=True)
    rewrite_text = models.TextField(_("技术表述"), blank=True)
    rewritten_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("技术翻译官")
    )

    budget_min = models.DecimalField(
        _("拟投入下限"), max_digits=14, decimal_places=2, null=True, blank=True, help_text=_("元")
    )
    budget_max = models.DecimalField(
        _("拟投入上限"), max_digits=14, decimal_places=2, null=True, blank=True, help_text=_("元")
    )
    bounty = models.DecimalField(_("悬赏"), max_digits=14, decimal_places=2, null=True, blank=True, help_text=_("元"))
    seats = models.PositiveSmallIntegerField(_("席位"), default=1, help_text=_("需要几位专家"))
    deadline = models.DateField(_("期望完成时间"), null=True, blank=True)
    search_text = models.TextField(blank=True, editable=False)  # searched by those who read the need in full
    public_search_text = models.TextField(blank=True, editable=False)  # by everybody else: no word of the firm
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("创建时间"), auto_now_add=True)
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    reviewed_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    objects = NeedQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(condition=Q(status__in=NeedStatus.values), name="need_status_known"),
            models.CheckConstraint(
                condition=Q(confidentiality__in=Confidentiality.values), name="need_confidentiality_known"
            ),
            models.CheckConstraint(condition=Q(seats__gte=1) & Q(seats__lte=20), name="need_seats_in_range"),
            models.CheckConstraint(
                condition=Q(budget_min=None) | Q(budget_max=None) | Q(budget_max__gte=F("budget_min")),
                name="need_budget_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["county", "status", "-id"], name="need_register"),  # the list by state
            models.Index(fields=["enterprise", "-id"], name="need_of_enterprise"),  # a firm's own needs
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("enterprises:need-detail", args=[self.code])

    @property
    def public_title(self):
        """What a person reads who may not know the firm."""
        return self.blind_title or self.rewrite_title or _("一项{chain}技术需求").format(chain=self.chain or "")


class NeedTarget(models.Model):
    """目标指标: one row of 指标·现值·目标值·单位."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="targets")
    name = models.CharField(_("指标"), max_length=60)
    current = models.CharField(_("现值"), max_length=60, blank=True)
    target = models.CharField(_("目标值"), max_length=60, blank=True)
    unit = models.CharField(pgettext_lazy("measure", "单位"), max_length=20, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("order", "pk")

    def __str__(self):
        return self.name


class Disclosure(models.Model):
    """A need made known to one expert by an order: the grant and the record of it."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="disclosures")
    expert_code = models.CharField(_("专家编号"), max_length=12)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    level = models.CharField(_("范围"), max_length=8, choices=DisclosureLevel)
    order_code = models.CharField(_("订单编号"), max_length=12)
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(fields=["need", "order_code", "level"], name="disclosure_once"),
        ]

    def __str__(self):
        return f"{self.need_id} → {self.expert_code} {self.level}"
