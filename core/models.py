"""The shared kernel: tables of facts, the audit trail, the outbox, jobs, import batches, files."""

from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.codes import new_code
from core.enums import BatchStatus, Channel, IndustryLevel, JobStatus, OutboxStatus, RegionLevel, RowStatus


class Region(models.Model):
    """A division down to town. ``code``: GB/T 2260, 6 digits, towns 9. An abolished code names its successor only when
    a kept library or the office said so."""

    code = models.CharField(_("代码"), max_length=9, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    level = models.CharField(_("级别"), max_length=10, choices=RegionLevel)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    is_current = models.BooleanField(_("现行"), default=True)
    successor = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="predecessors")
    full_name = models.CharField(_("全称"), max_length=120, blank=True)

    class Meta:
        ordering = ("code",)
        indexes = [
            models.Index(fields=["level", "name"], name="region_level_name"),  # import: a typed name → a region
            models.Index(fields=["parent", "code"], name="region_parent_code"),  # the cascading picker
        ]

    def __str__(self):
        return self.full_name or self.name


class Industry(models.Model):
    """GB/T 4754-2017."""

    code = models.CharField(_("代码"), max_length=5, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    level = models.CharField(_("层级"), max_length=10, choices=IndustryLevel)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        ordering = ("code",)

    def __str__(self):
        return f"{self.code} {self.name}"


class Discipline(models.Model):
    """GB/T 13745-2009 with its amendments."""

    code = models.CharField(_("代码"), max_length=10, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    level = models.PositiveSmallIntegerField(_("层级"))
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        ordering = ("code",)

    def __str__(self):
        return self.name


class University(models.Model):
    """Regular institutions of higher education, as the ministry listed them."""

    code = models.CharField(_("院校代码"), max_length=12, unique=True)
    name = models.CharField(_("名称"), max_length=80, unique=True)
    authority = models.CharField(_("主管部门"), max_length=60, blank=True)
    city = models.CharField(_("所在地"), max_length=40, blank=True)
    level = models.CharField(_("办学层次"), max_length=20, blank=True)

    class Meta:
        ordering = ("code",)
        verbose_name_plural = "universities"

    def __str__(self):
        return self.name


class Chain(models.Model):
    """One of a county's own industry chains (3+1+1, 1+4+N …), mapped to industry codes."""

    code = models.CharField(max_length=12, unique=True, default=partial(new_code, "CL"), editable=False)
    county = models.ForeignKey(Region, models.PROTECT, related_name="chains")
    name = models.CharField(_("产业链"), max_length=40)
    group = models.CharField(_("分组"), max_length=40, blank=True, help_text=_("如：主导产业、特色产业"))
    description = models.TextField(_("说明"), blank=True)
    industries = models.ManyToManyField(Industry, blank=True, related_name="chains")
    order = models.PositiveSmallIntegerField(_("排序"), default=0)

    class Meta:
        ordering = ("county", "order", "pk")
        constraints = [models.UniqueConstraint(fields=["county", "name"], name="chain_one_name_per_county")]

    def __str__(self):
        return self.name


class Park(models.Model):
    code = models.CharField(max_length=12, unique=True, default=partial(new_code, "YQ"), editable=False)
    county = models.ForeignKey(Region, models.PROTECT, related_name="parks")
    name = models.CharField(_("园区"), max_length=60)
    kind = models.CharField(_("类别"), max_length=40, blank=True)
    order = models.PositiveSmallIntegerField(_("排序"), default=0)

    class Meta:
        ordering = ("county", "order", "pk")
        constraints = [models.UniqueConstraint(fields=["county", "name"], name="park_one_name_per_county")]

    def __str__(self):
        return self.name


class AuditEventQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The whole trail of a region is its admins' alone; a timeline on a page starts from its own object."""
        return self.filter(county__in=user.region_ids("admin")) if user.is_authenticated else self.none()


class AuditEvent(models.Model):
    """One change, reveal or export; append-only. Written in the transaction of what it records."""

    at = models.DateTimeField(_("时间"), auto_now_add=True, db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    actor_label = models.CharField(_("操作人"), max_length=80)
    on_behalf_of = models.CharField(_("代办对象"), max_length=40, blank=True)
    channel = models.CharField(_("途径"), max_length=8, choices=Channel)
    county = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    object_type = models.CharField(_("对象类型"), max_length=40)
    object_id = models.BigIntegerField(_("对象"))
    object_code = models.CharField(_("对象编号"), max_length=40, blank=True)
    verb = models.CharField(_("动作"), max_length=40)
    old = models.CharField(_("原状态"), max_length=40, blank=True)
    new = models.CharField(_("新状态"), max_length=40, blank=True)
    reason = models.TextField(_("理由"), blank=True)
    data = models.JSONField(_("明细"), default=dict, blank=True)
    seal = models.CharField(_("校验链"), max_length=64, blank=True)
    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="audit_object"),  # the timeline of a page
            models.Index(fields=["county", "-id"], name="audit_county"),  # the audit list
            models.Index(fields=["id"], condition=Q(seal=""), name="audit_unsealed"),  # the sealing tick
        ]

    def __str__(self):
        return f"{self.object_type} {self.object_code} {self.verb}"


class OutboxMessage(models.Model):
    """An announcement written in the business transaction; delivered at least once after it."""

    topic = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    status = models.CharField(max_length=8, choices=OutboxStatus, default=OutboxStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    available_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        indexes = [
            # the sweep: what is due, oldest first
            models.Index(fields=["available_at"], condition=Q(status="queued"), name="outbox_due"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=OutboxStatus.values), name="outbox_status_known"),
        ]

    def __str__(self):
        return f"{self.topic} {self.status}"


class JobQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Long work belongs to the person who asked for it."""
        return self.filter(created_by=user.pk) if user.is_authenticated else self.none()


class Job(models.Model):
    """Long work with progress, shown on the page that started it. The work's own tables hold its result."""

    code = models.CharField(max_length=12, unique=True, default=partial(new_code, "RW"), editable=False)
    kind = models.CharField(max_length=40)
    status = models.CharField(_("状态"), max_length=10, choices=JobStatus, default=JobStatus.QUEUED)
    title = models.CharField(max_length=120, blank=True)
    message = models.CharField(_("进展"), max_length=200, blank=True)
    error = models.TextField(_("原因"), blank=True)
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = [models.CheckConstraint(condition=Q(status__in=JobStatus.values), name="job_status_known")]

    def __str__(self):
        return f"{self.kind} {self.code}"

    @property
    def percent(self):
        return min(100, self.done_count * 100 // self.total_count) if self.total_count else 0

    @property
    def is_finished(self):
        return self.status in (JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED)


class Attachment(models.Model):
    """A stored file. It is served only through the object it belongs to, by that object's checked view."""

    code = models.CharField(max_length=12, unique=True, default=partial(new_code, "FJ"), editable=False)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    file = models.FileField(upload_to="attachments/%Y/%m/")
    name = models.CharField(_("文件名"), max_length=200)
    size = models.PositiveIntegerField(_("大小"), help_text=_("字节"))
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self):
        return self.name


class BatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(county__in=user.county_ids("staff", "admin")) if user.is_authenticated else self.none()


class ImportBatch(models.Model):
    """One register file on its way in: file → columns and preview → result; undone as a whole."""

    code = models.CharField(max_length=12, unique=True, default=partial(new_code, "DR"), editable=False)
    kind = models.CharField(_("登记册"), max_length=20)  # experts, enterprises, needs
    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    status = models.CharField(_("状态"), max_length=10, choices=BatchStatus, default=BatchStatus.UPLOADED)
    file = models.FileField(upload_to="imports/%Y/%m/")
    file_name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(max_length=64)
    sheet = models.CharField(_("工作表"), max_length=100, blank=True)
    mapping = models.JSONField(default=dict, blank=True)  # core.intake.layout: {columns: {number: key}, headers …}
    options = models.JSONField(default=dict, blank=True)
    summary = models.JSONField(default=dict, blank=True)  # rows, then one count per RowStatus; undone, kept
    notes = models.JSONField(default=list, blank=True)  # file-level remarks: hidden rows skipped, sums rows …
    error_file = models.FileField(upload_to="imports/%Y/%m/", blank=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = [models.CheckConstraint(condition=Q(status__in=BatchStatus.values), name="batch_status_known")]

    def __str__(self):
        return f"{self.kind} {self.file_name}"


class ImportRow(models.Model):
    """What became of one line of the file; ``before`` holds the fields that an update replaced, for undo."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("行号"))  # as the sheet counts, from 1
    status = models.CharField(_("结果"), max_length=10, choices=RowStatus)
    object_id = models.BigIntegerField(null=True, blank=True)
    object_code = models.CharField(max_length=20, blank=True)
    values = models.JSONField(default=list, blank=True)  # the original cells, for the error workbook
    before = models.JSONField(default=dict, blank=True)
    messages = models.JSONField(default=list, blank=True)  # [{level, place, column, reason, remedy}]

    class Meta:
        ordering = ("batch", "number")
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="import_row_once"),
            models.CheckConstraint(condition=Q(status__in=RowStatus.values), name="import_row_status_known"),
        ]

    def __str__(self):
        return f"{self.batch_id}:{self.number}"


class ImportMapping(models.Model):
    """How an office's own header line was mapped last time: remembered per county and register."""

    county = models.ForeignKey(Region, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    header = models.CharField(max_length=64)  # sha256 of the normalised header line
    mapping = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "kind", "header"], name="import_mapping_once")]

    def __str__(self):
        return f"{self.kind} {self.header[:8]}"


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user=user.pk) if user.is_authenticated else self.none()


class SavedView(models.Model):
    """A register's filters under a name, shown as a tab."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=40)
    name = models.CharField(_("名称"), max_length=30)
    query = models.CharField(max_length=1000)
    created_at = models.DateTimeField(auto_now_add=True)
    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=["user", "page", "name"], name="saved_view_one_name")]

    def __str__(self):
        return self.name
