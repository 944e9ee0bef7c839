"""Exports: who asked for which ledger with which filters, and the file that came of it."""

from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.codes import new_code
from core.models import Region
from reports.enums import ExportStatus, Ledger


class ExportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An export belongs to the person who asked, while that person is still office of its county: its rows were
        drawn in that scope."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(requested_by=user.pk, county__in=user.county_ids())


class Export(models.Model):
    code = models.CharField(max_length=12, unique=True, default=partial(new_code, "DC"), editable=False)
    ledger = models.CharField(_("台账"), max_length=12, choices=Ledger)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="exports")
    status = models.CharField(_("状态"), max_length=10, choices=ExportStatus, default=ExportStatus.QUEUED)
    query = models.CharField(_("筛选"), max_length=1000, blank=True)
    header = models.JSONField(default=dict, blank=True)  # 填报单位, 统计周期, 制表人, 审核人
    file = models.FileField(upload_to="exports/%Y/%m/", blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    row_count = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = [models.CheckConstraint(condition=Q(status__in=ExportStatus.values), name="export_status_known")]

    def __str__(self):
        return f"{self.ledger} {self.code}"
