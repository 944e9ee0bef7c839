"""Reads of the demand side: what of a need a viewer may read, how complete it is, what the engine is given."""

from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from enterprises.enums import OPEN_TO_MATCH, Confidentiality, DisclosureLevel
from enterprises.models import Disclosure, Membership, Need, NeedTarget

FULL, OPEN, SUMMARY = "full", "open", "summary"


@dataclass(frozen=True)
class NeedView:
    """One need as one viewer may read it. ``level``: ``full`` (firm, contact, text), ``open`` (text without the firm)
    or ``summary`` (blind title and summary). Templates, files and messages read this, never the row."""

    need: Need
    level: str

    @property
    def is_full(self):
        return self.level == FULL

    @property
    def shows_text(self):
        return self.level in (FULL, OPEN)

    @property
    def title(self):
        return self.need.title if self.is_full else self.need.public_title

    @property
    def enterprise(self):
        return self.need.enterprise if self.is_full else None

    @property
    def text(self):
        """What is said of the matter: the firm's own words, else the technical statement, else the summary."""
        if self.is_full:
            return self.need.situation
        if self.shows_text:
            return self.need.rewrite_text or self.need.situation
        return self.need.summary

    @property
    def targets(self):
        return list(self.need.targets.all())

    @property
    def shows_target_values(self):
        return self.shows_text


def need_levels(needs, user):
    """{need id: level} for rows that ``visible_to(user)`` gave, in two queries however many rows there are."""
    needs = list(needs)
    counties = user.county_ids()
    firms = set(
        Membership.objects.filter(
            user=user.pk, is_active=True, enterprise__in={need.enterprise_id for need in needs}
        ).values_list("enterprise_id", flat=True)
    )
    told = set(
        Disclosure.objects.filter(
            user=user.pk, closed_at=None, level=DisclosureLevel.FULL, need__in=[need.pk for need in needs]
        ).values_list("need_id", flat=True)
    )

    def level(need):
        if need.county_id in counties or need.enterprise_id in firms or need.pk in told:
            return FULL
        return OPEN if need.confidentiality == Confidentiality.OPEN else SUMMARY

    return {need.pk: level(need) for need in needs}


def need_view(need, user):
    return NeedView(need, need_levels([need], user)[need.pk])


def need_views(needs, user):
    needs = list(needs)
    levels = need_levels(needs, user)
    return [NeedView(need, levels[need.pk]) for need in needs]


# What a reviewer and the engine both want to know; weights add up to 100.
COMPLETENESS = (
    ("title", _("需求名称"), 8),
    ("types", _("需求类型"), 6),
    ("chain", _("产业链"), 8),
    ("situation", _("现状与问题"), 20),
    ("tried", _("已尝试的办法"), 8),
    ("targets", _("目标指标"), 16),
    ("constraints", _("约束条件"), 6),
    ("budget_max", _("拟投入"), 8),
    ("cooperation", _("合作方式"), 5),
    ("deadline", _("期望完成时间"), 5),
    ("ip_expectation", _("知识产权期望"), 3),
    ("decision_maker", _("决策人"), 3),
    ("summary", _("公开摘要"), 4),
)


@dataclass(frozen=True)
class Completeness:
    percent: int
    missing: tuple


def need_completeness(need):
    """How much of the form contract is filled, and what is still missing, most valuable first."""
    missing, reached = [], 0
    for field, label, weight in COMPLETENESS:
        value = (
            need.targets.all() if field == "targets" else getattr(need, f"{field}_id" if field == "chain" else field)
        )
        filled = len(value) >= 40 if field == "situation" else bool(value)
        if field == "constraints":
            filled = any(need.constraints.values())
        if filled:
            reached += weight
        else:
            missing.append((weight, label))
    return Completeness(reached, tuple(label for _weight, label in sorted(missing, key=lambda pair: -pair[0])))


def matching_rows(*, county_id=None, need_ids=None):
    """Needs as the engine reads them: open ones of a county, or the named ones."""
    needs = Need.objects.select_related("chain", "enterprise").prefetch_related(
        Prefetch("targets", NeedTarget.objects.order_by("order", "pk")), "chain__industries"
    )
    if need_ids is not None:
        return list(needs.filter(pk__in=need_ids).order_by("pk"))
    return list(needs.filter(county=county_id, status__in=OPEN_TO_MATCH).order_by("pk"))


def matching_text(need):
    """(title, description) for the engine: the technical statement first, then the firm's own words and its targets.

    The chain's name and everything about the firm stay out: a chain is a structured part, a firm is no evidence."""
    title = need.rewrite_title or need.title
    targets = "；".join(" ".join(filter(None, (t.name, t.target, t.unit))) for t in need.targets.all())
    parts = (
        need.rewrite_text,
        need.title if need.rewrite_title else "",
        need.situation,
        need.sub_field,
        targets,
        need.tried,
    )
    return title, "\n".join(part for part in parts if part)
