"""``visible_to`` against the oracle: every model, every person, every row of the population."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import ApiToken, Consent, Invitation, Notification
from core.models import AuditEvent, ImportBatch, Job, SavedView
from engagements.models import Order
from enterprises.models import Enterprise, Need
from enterprises.selectors import need_view
from experts.models import Expert, ExpertGroup
from matching.models import Match, MatchResult, MatchRun, PairMark, Recusal
from reports.models import Export
from tests.matrix import oracle
from tests.matrix.world import NEEDS, PEOPLE

pytestmark = pytest.mark.django_db
MODELS = {
    "expert": Expert,
    "group": ExpertGroup,
    "firm": Enterprise,
    "need": Need,
    "order": Order,
    "run": MatchRun,
    "result": MatchResult,
    "match": Match,
    "mark": PairMark,
    "notice": Notification,
    "apitoken": ApiToken,
    "job": Job,
    "view": SavedView,
    "consent": Consent,
    "export": Export,
    "event": AuditEvent,
    "batch": ImportBatch,
    "invitation": Invitation,
    "recusal": Recusal,
}


def person(world, who):
    if who == "disabled":
        return AnonymousUser()  # a closed account has no session: see test_permissions
    return world.people[who] or AnonymousUser()


def test_every_model_with_a_scope_is_in_the_oracle():
    from django.apps import apps  # noqa: PLC0415

    scoped = {model for model in apps.get_models() if hasattr(getattr(model, "objects", None), "visible_to")}
    assert scoped == set(MODELS.values())


@pytest.mark.parametrize("prefix", MODELS)
def test_rows(world, prefix):
    wrong = []
    for who in PEOPLE:
        shown = set(MODELS[prefix].objects.visible_to(person(world, who)).values_list("pk", flat=True))
        for key in oracle.keys(prefix, world.rows):
            row = world.rows[f"{prefix}:{key}"]
            expected = oracle.ROWS[prefix](who, key)
            if (row.pk in shown) is not expected:
                wrong.append(f"{who}: {prefix}:{key} {'missing' if expected else 'in sight'}")
    assert wrong == []


def test_levels_of_needs(world):
    """§5: the level decides texts and files; out of sight has no view."""
    wrong = []
    for who in PEOPLE:
        user = person(world, who)
        for key in NEEDS:
            need = Need.objects.visible_to(user).filter(pk=world.rows[f"need:{key}"].pk).first()
            if need is None:
                continue
            view, expected = need_view(need, user), oracle.need_level(who, key)
            if view.level != expected or bool(view.attachments) is not (expected == "full"):
                wrong.append(f"{who}: need {key} {view.level}, expected {expected}")
    assert wrong == []
