"""Experts: one row per county register and person; their ties, posts, appointments, groups and achievements."""

from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from core.choices import Cooperation, Source
from core.codes import new_code
from core.models import Chain, Discipline, Region, University
from experts.enums import AchievementKind, ConsentState, ExpertStatus, Gender, Identity, Maturity, TieKind


class Institution(models.Model):
    """Where experts come from: a university, an institute, a sending unit."""

    code = models.CharField(max_length=12, unique=True, default=partial(new_code, "DW"), editable=False)
    name = models.CharField(_("单位"), max_length=80, unique=True)
    university = models.ForeignKey(University, models.SET_NULL, null=True, blank=True, related_name="+")
    city = models.CharField(_("所在城市"), max_length=40, blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self):
        return self.name


class ExpertQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Register rows the user may know about: the office's counties, the person's own rows, and, while they are in
        the register, people of the same expert group or of a group the user's county leads. Firms meet an expert
        through an order, never through the register."""
        if not user.is_authenticated:
            return self.none()
        counties = user.county_ids()
        current = GroupMembership.objects.current()
        own_groups = current.filter(expert__user=user.pk).values("group")
        joined = Q(group__in=own_groups) | Q(group__county__in=counties) if counties else Q(group__in=own_groups)
        mate = Exists(current.filter(joined, expert=OuterRef("pk")))
        return self.filter(Q(county__in=counties) | Q(user=user.pk) | (Q(status=ExpertStatus.ACTIVE) & mate))

    def active(self):
        return self.filter(status=ExpertStatus.ACTIVE)

    def in_market_of(self, county_ids):
        """Who may take needs of these counties: their own registers and current members of groups they lead."""
        member = GroupMembership.objects.current().filter(expert=OuterRef("pk"), group__county__in=county_ids)
        return self.filter(Q(county__in=county_ids) | Exists(member))

    def for_list(self):
        return self.select_related("county", "institution")

    def paused_on(self, day):
        """Rows whose pause covers ``day``."""
        return self.filter(Q(paused_until=None) | Q(paused_until__gte=day), paused_from__lte=day)

    def for_matching(self):
        """What the engine reads: active rows whose person has not refused."""
        return self.active().exclude(consent=ConsentState.REFUSED)


class Expert(models.Model):
    """One person in one county's register. ``load`` moves in ``experts.services.load`` alone."""

    code = models.CharField(_("编号"), max_length=12, unique=True, default=partial(new_code, "ZJ"), editable=False)
    county = models.ForeignKey(Region, models.PROTECT, related_name="experts", verbose_name=_("登记县"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="experts", verbose_name=_("账号")
    )
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="experts", verbose_name=_("现工作单位")
    )
    status = models.CharField(_("状态"), max_length=10, choices=ExpertStatus, default=ExpertStatus.ACTIVE)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_rows")
    consent = models.CharField(_("授权情况"), max_length=10, choices=ConsentState, default=ConsentState.PENDING)
    source = models.CharField(_("来源"), max_length=12, choices=Source, default=Source.STAFF)

    name = models.CharField(_("姓名"), max_length=50)
    name_pinyin = models.CharField(_("姓名拼音"), max_length=100, blank=True)
    name_initials = models.CharField(_("拼音首字母"), max_length=20, blank=True)
    gender = models.CharField(_("性别"), max_length=6, choices=Gender, blank=True)
    born_on = models.CharField(_("出生年月"), max_length=7, blank=True, help_text=_("如 1975-03"))
    is_hometown = models.BooleanField(_("老乡专家"), default=False)
    is_deputy = models.BooleanField(_("科技镇长团成员"), default=False)
    is_advisor = models.BooleanField(_("柔性顾问"), default=False)
    department = models.CharField(_("院系或部门"), max_length=80, blank=True)
    position = models.CharField(_("职务"), max_length=60, blank=True)
    title = models.CharField(_("职称"), max_length=40, blank=True)
    degree = models.CharField(_("学历学位"), max_length=40, blank=True)
    honours = models.JSONField(_("人才称号"), default=list, blank=True)
    disciplines = models.ManyToManyField(Discipline, blank=True, related_name="experts", verbose_name=_("学科"))
    research_fields = models.JSONField(_("专业领域"), default=list, blank=True)
    chains = models.ManyToManyField(Chain, blank=True, related_name="experts", verbose_name=_("产业链"))
    profile = models.TextField(_("个人简介"), blank=True)
    cooperation = models.JSONField(_("可服务方式"), default=list, blank=True, help_text=str(Cooperation.values))
    availability = models.CharField(_("可服务时间"), max_length=100, blank=True)
    city = models.CharField(_("常驻城市"), max_length=40, blank=True)
    phone = models.CharField(_("联系电话"), max_length=20, blank=True)
    email = models.EmailField(_("邮箱"), blank=True)
    referrer = models.CharField(_("推荐人"), max_length=50, blank=True)
    remarks = models.TextField(_("备注"), blank=True)

    capacity = models.PositiveSmallIntegerField(_("容量"), default=3, help_text=_("同时在办的订单数上限，单位：单"))
    load = models.PositiveSmallIntegerField(_("在办"), default=0, help_text=_("在办订单数，单位：单"))
    paused_from = models.DateField(_("暂不接单自"), null=True, blank=True)
    paused_until = models.DateField(_("暂不接单至"), null=True, blank=True)
    last_contacted_on = models.DateField(_("最近联系"), null=True, blank=True)
    profile_updated_at = models.DateTimeField(_("资料更新时间"), auto_now_add=True)
    search_text = models.TextField(blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("入库时间"), auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    objects = ExpertQuerySet.as_manager()

    class Meta:
        ordering = ("name_pinyin", "pk")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ExpertStatus.values), name="expert_status_known"),
            models.CheckConstraint(condition=Q(consent__in=ConsentState.values), name="expert_consent_known"),
            models.CheckConstraint(
                condition=Q(status=ExpertStatus.MERGED, merged_into__isnull=False)
                | (~Q(status=ExpertStatus.MERGED) & Q(merged_into=None)),
                name="expert_merged_names_successor",
            ),
            models.CheckConstraint(condition=Q(load__lte=F("capacity")), name="expert_load_within_capacity"),
            models.CheckConstraint(
                condition=Q(paused_until=None) | Q(paused_from=None) | Q(paused_until__gte=F("paused_from")),
                name="expert_pause_in_order",
            ),
            models.UniqueConstraint(
                fields=["county", "user"], condition=Q(status="active") & ~Q(user=None), name="expert_one_row_per_user"
            ),
        ]
        indexes = [
            models.Index(fields=["county", "status", "name_pinyin", "id"], name="expert_register"),  # the register list
            models.Index(fields=["county", "name"], name="expert_name"),  # duplicate candidates at intake
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("experts:expert-detail", args=[self.code])

    @property
    def identities(self):
        flags = (self.is_hometown, self.is_deputy, self.is_advisor)
        return [identity for identity, flag in zip(Identity, flags, strict=True) if flag]

    @property
    def is_paused(self):
        today = localdate()
        begun = self.paused_from is not None and self.paused_from <= today
        return begun and (self.paused_until is None or self.paused_until >= today)

    @property
    def is_pause_ahead(self):
        return self.paused_from is not None and self.paused_from > localdate()

    @property
    def cooperation_labels(self):
        return [Cooperation(value).label for value in self.cooperation if value in Cooperation.values]

    @property
    def free_capacity(self):
        return max(0, self.capacity - self.load)


class HometownTie(models.Model):
    """与本地关系: what binds a person to a place, down to the town where it is known."""

    expert = models.ForeignKey(Expert, models.CASCADE, related_name="ties")
    kind = models.CharField(_("关系"), max_length=10, choices=TieKind)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("地点"))
    place = models.CharField(_("原文"), max_length=100, blank=True, help_text=_("登记册上的写法"))
    note = models.CharField(_("说明"), max_length=100, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["expert", "kind", "region"], name="tie_once"),
            models.CheckConstraint(condition=Q(kind__in=TieKind.values), name="tie_kind_known"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.region or self.place}"


class Achievement(models.Model):
    """成果. At most five are featured (代表成果)."""

    code = models.CharField(max_length=12, unique=True, default=partial(new_code, "CG"), editable=False)
    expert = models.ForeignKey(Expert, models.CASCADE, related_name="achievements")
    kind = models.CharField(_("类型"), max_length=12, choices=AchievementKind, default=AchievementKind.ACHIEVEMENT)
    title = models.CharField(_("成果名称"), max_length=200)
    summary = models.TextField(_("简介"), blank=True)
    maturity = models.CharField(_("成熟度"), max_length=10, choices=Maturity, blank=True)
    year = models.PositiveSmallIntegerField(_("年份"), null=True, blank=True)
    ip_owner = models.CharField(_("权属"), max_length=80, blank=True)
    is_featured = models.BooleanField(_("代表成果"), default=False)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("-is_featured", "order", "pk")

    def __str__(self):
        return self.title


class Team(models.Model):
    """A batch of deputy town mayors (科技镇长团第 N 批)."""

    code = models.CharField(max_length=12, unique=True, default=partial(new_code, "TD"), editable=False)
    county = models.ForeignKey(Region, models.PROTECT, related_name="teams")
    name = models.CharField(_("批次"), max_length=40)
    started_on = models.DateField(_("开始日期"), null=True, blank=True)
    ended_on = models.DateField(_("结束日期"), null=True, blank=True)

    class Meta:
        ordering = ("-started_on", "pk")
        constraints = [models.UniqueConstraint(fields=["county", "name"], name="team_one_name_per_county")]

    def __str__(self):
        return self.name


class Posting(models.Model):
    """A deputy's term. A past term keeps its row: former members keep serving through groups."""

    expert = models.ForeignKey(Expert, models.CASCADE, related_name="postings")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="postings")
    sending_unit = models.CharField(_("派出单位"), max_length=80, blank=True)
    post = models.CharField(_("挂职职务"), max_length=60, blank=True)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("挂职地")
    )
    started_on = models.DateField(_("任期开始"), null=True, blank=True)
    ended_on = models.DateField(_("任期结束"), null=True, blank=True)

    class Meta:
        ordering = ("-started_on", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(started_on=None) | Q(ended_on__gte=F("started_on")),
                name="posting_in_order",
            )
        ]

    def __str__(self):
        return f"{self.team or ''} {self.post}".strip()

    @property
    def is_current(self):
        today = localdate()
        return (self.started_on is None or self.started_on <= today) and (
            self.ended_on is None or self.ended_on >= today
        )


class Appointment(models.Model):
    """聘任 of a flexible advisor."""

    expert = models.ForeignKey(Expert, models.CASCADE, related_name="appointments")
    title = models.CharField(_("聘任名称"), max_length=60)
    number = models.CharField(_("聘书编号"), max_length=40, blank=True)
    started_on = models.DateField(_("聘期开始"), null=True, blank=True)
    ended_on = models.DateField(_("聘期结束"), null=True, blank=True)

    class Meta:
        ordering = ("-started_on", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(started_on=None) | Q(ended_on__gte=F("started_on")),
                name="appointment_in_order",
            )
        ]

    def __str__(self):
        return self.title

    @property
    def is_current(self):
        return self.ended_on is None or self.ended_on >= localdate()


class ExpertGroupQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Groups that the user's counties lead, and those the user is in now."""
        if not user.is_authenticated:
            return self.none()
        member = GroupMembership.objects.current().filter(expert__user=user.pk, group=OuterRef("pk"))
        return self.filter(Q(county__in=user.county_ids()) | Exists(member))


class ExpertGroup(models.Model):
    """产才对接专家组: by chain, across counties, batches and terms."""

    code = models.CharField(max_length=12, unique=True, default=partial(new_code, "ZZ"), editable=False)
    county = models.ForeignKey(Region, models.PROTECT, related_name="expert_groups", verbose_name=_("牵头县"))
    name = models.CharField(_("专家组"), max_length=60)
    chains = models.ManyToManyField(Chain, blank=True, related_name="expert_groups")
    objects = ExpertGroupQuerySet.as_manager()

    class Meta:
        ordering = ("county", "pk")
        constraints = [models.UniqueConstraint(fields=["county", "name"], name="group_one_name_per_county")]

    def __str__(self):
        return self.name


class GroupMembershipQuerySet(models.QuerySet):
    def current(self):
        today = localdate()
        return self.filter(Q(started_on=None) | Q(started_on__lte=today), Q(ended_on=None) | Q(ended_on__gte=today))


class GroupMembership(models.Model):
    """Dated membership, independent of post, county and term."""

    group = models.ForeignKey(ExpertGroup, models.CASCADE, related_name="memberships")
    expert = models.ForeignKey(Expert, models.CASCADE, related_name="group_memberships")
    is_leader = models.BooleanField(_("组长"), default=False)
    started_on = models.DateField(_("加入日期"), null=True, blank=True)
    ended_on = models.DateField(_("退出日期"), null=True, blank=True)
    objects = GroupMembershipQuerySet.as_manager()

    class Meta:
        ordering = ("-is_leader", "pk")
        constraints = [
            models.UniqueConstraint(fields=["group", "expert"], condition=Q(ended_on=None), name="group_member_once"),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(started_on=None) | Q(ended_on__gte=F("started_on")),
                name="membership_in_order",
            ),
        ]

    def __str__(self):
        return f"{self.group} {self.expert}"


class ContactOpening(models.Model):
    """An expert's contact opened to a firm by a confirmed order: the grant and the record of it."""

    expert = models.ForeignKey(Expert, models.CASCADE, related_name="contact_openings")
    order_code = models.CharField(_("订单编号"), max_length=12, unique=True)
    firm_code = models.CharField(_("企业编号"), max_length=12)
    opened_at = models.DateTimeField(_("开放时间"), auto_now_add=True)
    closed_at = models.DateTimeField(_("收回时间"), null=True, blank=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self):
        return f"{self.expert_id} → {self.firm_code}"
