"""B28: a list asks the database as often for two hundred rows as for twenty, on every list page and API list."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now
from model_bakery import baker

from core.models import AuditEvent, ImportBatch, Job
from engagements.models import Order
from enterprises.models import Enterprise, Need
from experts.models import Achievement, Expert, GroupMembership, HometownTie
from matching.models import Match
from tests.matrix.conftest import savepoint
from tests.matrix.test_permissions import roll_back

pytestmark = [pytest.mark.proof, pytest.mark.django_db, pytest.mark.slow]
PAGES = {
    "experts:expert-list": "staff_x",
    "experts:group-list": "staff_x",
    "enterprises:enterprise-list": "staff_x",
    "enterprises:verify-queue": "staff_x",
    "enterprises:need-list": "staff_x",
    "enterprises:review-queue": "staff_x",
    "engagements:order-list": "staff_x",
    "matching:match-list": "staff_x",
    "reports:export-list": "staff_x",
    "imports:batch-list": "staff_x",
    "accounts:inbox": "staff_x",
    "accounts:people": "admin",
    "accounts:audit-list": "admin",
    "home": "staff_x",
}
OTHERS = {  # the same lists as other sides see them
    "enterprises:need-list": ("firm_p", "expert_x"),
    "engagements:order-list": ("firm_p", "expert_x"),
    "experts:expert-list": ("expert_x", "city"),
}
API = ("expert-list", "enterprise-list", "need-list", "order-list", "matchrun-list", "notification-list", "job-list",
       "export-list")  # fmt: skip


def many(model, count, **fields):
    return model.objects.bulk_create(baker.prepare(model, _quantity=count, **fields))


def fill(world, count):
    """``count`` more rows of everything in county A, each with its relations."""
    rows, people = world.rows, world.people
    county, moment = rows["A"], now()
    start = Expert.objects.count()
    experts = Expert.objects.bulk_create(
        Expert(
            county=county,
            name=f"专家{start + index}",
            name_pinyin=f"zhuanjia{start + index:05d}",
            institution=rows["expert:w"].institution,
            consent="granted",
        )
        for index in range(count)
    )
    for expert in experts:
        expert.chains.add(rows["chain_A"])
    Achievement.objects.bulk_create(Achievement(expert=expert, title="成果") for expert in experts)
    HometownTie.objects.bulk_create(HometownTie(expert=expert, kind="birth", place="某镇") for expert in experts)
    GroupMembership.objects.bulk_create(GroupMembership(group=rows["group:g"], expert=expert) for expert in experts)
    firms = Enterprise.objects.bulk_create(
        Enterprise(county=county, name=f"企业{start + index}", park=rows["park_A"], officer=people["staff_x"])
        for index in range(count)
    )
    needs = Need.objects.bulk_create(
        Need(
            county=county,
            enterprise=firms[index] if index % 2 else rows["firm:p"],
            chain=rows["chain_A"],
            officer=people["staff_x"],
            status=("published", "submitted", "in_progress")[index % 3],
            confidentiality="open",
            title=f"需求{start + index}",
            published_at=moment,
            submitted_at=moment,
        )
        for index in range(count)
    )
    Order.objects.bulk_create(
        Order(
            need=need,
            expert=rows["expert:x"] if index % 2 else experts[index],
            status="offered",
            offered_at=moment,
            expires_at=moment + timedelta(days=3),
        )
        for index, need in enumerate(needs)
    )
    Match.objects.bulk_create(
        Match(result=rows["result:a"], expert=expert, rank=10 + index, score=0.1, similarity=0.1, band="general")
        for index, expert in enumerate(experts)
    )
    many(Job, count, created_by=people["staff_x"], kind="t")
    many(ImportBatch, count, county=county, kind="experts", created_by=people["staff_x"], job=None)
    many(AuditEvent, count, county=county, user=people["staff_x"], object_type="t.t", verb="t")
    baker.make("accounts.Notification", user=people["staff_x"], _quantity=count, key=iter(map(str, range(start, 9**9))))
    baker.make("reports.Export", requested_by=people["staff_x"], county=county, ledger="needs", _quantity=count)
    baker.make(
        "accounts.Invitation",
        region=county,
        role="expert",
        created_by=people["staff_x"],
        expires_at=moment,
        token_hash=iter(f"{start}-{index}" for index in range(9**9)),
        _quantity=count,
    )
    baker.make("matching.MatchRun", county=county, need=iter(needs), status="complete", trigger="need", _quantity=count)


def lists():
    for name, who in PAGES.items():
        yield name, who, ""
        for other in OTHERS.get(name, ()):
            yield name, other, ""
    for name in API:
        yield name, "staff_x", "?page_size=100&count=true"
        yield name, "firm_p", "?page_size=100"


def asked(world):
    """The number of queries of every list, without those of the session's own stamp."""
    found = {}
    for name, who, query in lists():
        client = world.client(who)
        client.get(reverse(name) + query)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = client.get(reverse(name) + query)
        assert response.status_code == 200, (name, who)
        found[f"{name} {who}"] = len(queries)
    return found


@pytest.mark.parametrize("more", [180, pytest.param(1980, marks=pytest.mark.slow)])
def test_the_number_of_queries_does_not_grow(world, more):
    with savepoint():
        fill(world, 20)
        few = asked(world)
        fill(world, more)
        many_rows = asked(world)
        roll_back()
    grown = {key: (few[key], many_rows[key]) for key in few if many_rows[key] > few[key]}
    print(f"{len(few)} lists at 20 and {20 + more} rows: {sum(few.values())} queries, {len(grown)} grew")  # noqa: T201
    assert grown == {}
