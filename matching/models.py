"""What the engine computed and what people said about it."""

from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.codes import new_code
from core.models import Region
from enterprises.models import Need
from experts.models import Expert
from matching.enums import Band, BlockReason, MarkKind, ResultStatus, RunStatus, RunTrigger


class MatchRunQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(county__in=user.county_ids()) if user.is_authenticated else self.none()


class MatchRun(models.Model):
    """One execution of the engine over one need or all open needs of a county. At most one waits per county and
    scope, so a batch of changes becomes one run."""

    code = models.CharField(max_length=12, unique=True, default=partial(new_code, "PP"), editable=False)
    county = models.ForeignKey(Region, models.PROTECT, related_name="+")
    need = models.ForeignKey(Need, models.CASCADE, null=True, blank=True, related_name="runs")  # None: all open needs
    status = models.CharField(_("状态"), max_length=10, choices=RunStatus, default=RunStatus.QUEUED)
    trigger = models.CharField(max_length=10, choices=RunTrigger)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    config = models.JSONField(default=dict, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)  # of the corpus: texts, vectors, configuration
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(default=0)
    pair_count = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    objects = MatchRunQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="run_status_known"),
            models.UniqueConstraint(fields=["need"], condition=Q(status="queued"), name="run_one_waiting_per_need"),
            models.UniqueConstraint(
                fields=["county"], condition=Q(status="queued", need=None), name="run_one_waiting_per_county"
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.status}"

    @property
    def percent(self):
        return min(100, self.done_count * 100 // self.total_count) if self.total_count else 0


class MatchResultQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Only the office reads results; a firm meets an expert through an order."""
        return self.filter(need__county__in=user.county_ids()) if user.is_authenticated else self.none()

    def current(self):
        return self.exclude(status=ResultStatus.SUPERSEDED)


class MatchResult(models.Model):
    """One need's outcome of one run. Scores are immutable: a newer run supersedes, it never rewrites."""

    run = models.ForeignKey(MatchRun, models.CASCADE, related_name="results")
    need = models.ForeignKey(Need, models.CASCADE, related_name="match_results")
    status = models.CharField(_("状态"), max_length=12, choices=ResultStatus)
    need_version = models.PositiveIntegerField()
    candidate_count = models.PositiveIntegerField(default=0)  # experts scored
    masked = models.JSONField(default=dict, blank=True)  # {reason code: experts kept out}
    stats = models.JSONField(default=dict, blank=True)  # frozen means and deviations, for explanation on demand
    created_at = models.DateTimeField(auto_now_add=True)
    objects = MatchResultQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["need"], condition=~Q(status="superseded"), name="result_one_current_per_need"
            ),
            models.CheckConstraint(condition=Q(status__in=ResultStatus.values), name="result_status_known"),
        ]

    def __str__(self):
        return f"{self.need_id} {self.status}"


class MatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(result__need__county__in=user.county_ids()) if user.is_authenticated else self.none()


class Match(models.Model):
    """One scored pair that a run kept: among the best experts of the need, or the need among the expert's best."""

    result = models.ForeignKey(MatchResult, models.CASCADE, related_name="matches")
    expert = models.ForeignKey(Expert, models.CASCADE, related_name="matches")
    # Among the need's experts; None when only the expert's side keeps the pair.
    rank = models.PositiveIntegerField(_("名次"), null=True, blank=True)
    score = models.FloatField(_("得分"))
    similarity = models.FloatField(_("相似度"))
    band = models.CharField(_("匹配程度"), max_length=8, choices=Band)
    parts = models.JSONField(default=dict)  # add up to ``score``
    reasons = models.JSONField(default=list)
    cautions = models.JSONField(default=list)
    objects = MatchQuerySet.as_manager()

    class Meta:
        ordering = ("result", "rank", "pk")
        constraints = [
            models.UniqueConstraint(fields=["result", "expert"], name="match_once"),
            models.CheckConstraint(condition=Q(band__in=Band.values), name="match_band_known"),
        ]
        indexes = [
            models.Index(fields=["result", "rank"], name="match_of_need"),  # the match page
            models.Index(fields=["expert", "-score"], name="match_of_expert"),  # the expert's best needs
        ]

    def __str__(self):
        return f"{self.result_id} #{self.rank}"


class PairMarkQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(need__county__in=user.county_ids()) if user.is_authenticated else self.none()


class PairMark(models.Model):
    """What people said about a pair. One row per pair and kind; lifted, not deleted, through the audit trail."""

    need = models.ForeignKey(Need, models.CASCADE, related_name="pair_marks")
    expert = models.ForeignKey(Expert, models.CASCADE, related_name="pair_marks")
    kind = models.CharField(_("标记"), max_length=12, choices=MarkKind)
    reason_code = models.CharField(_("理由"), max_length=12, choices=BlockReason, blank=True)
    reason = models.CharField(_("说明"), max_length=200, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    objects = PairMarkQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["need", "expert", "kind"], name="mark_once"),
            models.CheckConstraint(condition=Q(kind__in=MarkKind.values), name="mark_kind_known"),
        ]

    def __str__(self):
        return f"{self.need_id}×{self.expert_id} {self.kind}"


class RecusalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The office's own: neither the firm nor the expert reads why they are kept apart."""
        return self.filter(enterprise__county__in=user.county_ids()) if user.is_authenticated else self.none()


class Recusal(models.Model):
    """回避: a firm and an expert who must not meet, with the kind of relation."""

    enterprise = models.ForeignKey("enterprises.Enterprise", models.CASCADE, related_name="recusals")
    expert = models.ForeignKey(Expert, models.CASCADE, related_name="recusals")
    reason = models.CharField(_("关系说明"), max_length=200)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    objects = RecusalQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=["enterprise", "expert"], name="recusal_once")]

    def __str__(self):
        return f"{self.enterprise_id}×{self.expert_id}"


class MatchWeights(models.Model):
    """A county's own weights of the structured part; absent means the defaults."""

    county = models.OneToOneField(Region, models.CASCADE, related_name="+")
    weights = models.JSONField(default=dict)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "match weights"

    def __str__(self):
        return f"{self.county}"
