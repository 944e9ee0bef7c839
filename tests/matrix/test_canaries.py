"""B10, light: every page, list, search, API answer and export that a person can read holds no canary of others."""

import io
import re
import zipfile

import pytest
from django.core.files.base import File
from django.urls import reverse

from core.actor import Actor
from experts.models import Expert
from reports import services
from tests.matrix import oracle, policy
from tests.matrix.cases import OK, address, cases
from tests.matrix.world import PEOPLE

pytestmark = [pytest.mark.proof, pytest.mark.django_db]
TOKEN = re.compile(rb"canary-([ab])-([a-z0-9]+)-([a-z0-9]+)", re.IGNORECASE)
SEARCHES = ("CANARY", "CANARY-A", "CANARY-B-n3-title", "CANARY-A-x-phone", "CANARY-A-v1-situation")
LISTS = ("experts:expert-list", "enterprises:enterprise-list", "enterprises:need-list", "engagements:order-list",
         "search", "home", "accounts:inbox", "accounts:people", "accounts:audit-list", "reports:export-list",
         "matching:match-list")  # fmt: skip
API_LISTS = ("expert-list", "enterprise-list", "need-list", "order-list", "matchrun-list", "notification-list",
             "job-list", "export-list", "chain-list", "park-list")  # fmt: skip


def tokens(content):
    return {tuple(part.decode().lower() for part in found) for found in TOKEN.findall(content)}


def foreign(who, found):
    return sorted(token for token in found if not oracle.may_read(who, token[0].upper(), token[1], token[2]))


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def addresses(world, who):
    """Everything ``who`` can GET: the objects in sight, the lists, and the lists searched."""
    for rows, api in ((policy.PAGES, False), (policy.API, True)):
        for row in rows:
            if row.open:
                continue  # a link is its holder's, whoever is signed in
            for case in cases(row, api=api):
                if case.who == who and case.method == "get" and case.expected == OK and not case.fragment:
                    yield address(world, case)[0]
    for name in LISTS:
        for text in SEARCHES:
            yield f"{reverse(name)}?q={text}"
        yield f"{reverse(name)}?ordering=-phone"
    for name in API_LISTS:
        yield f"{reverse(name)}?count=true"
        for text in SEARCHES[:3]:
            yield f"{reverse(name)}?q={text}"


@pytest.mark.parametrize("who", PEOPLE)
def test_crawl(world, who):
    leaks, seen, pages, size = [], set(), 0, 0
    for path in dict.fromkeys(addresses(world, who)):
        response = world.client(who).get(path)
        content = body(response)
        pages, size = pages + 1, size + len(content)
        searched = path.partition("?")[2].encode()
        found = {token for token in tokens(content) if "-".join(("canary", *token)).encode() not in searched.lower()}
        seen |= found
        leaks += [f"{path}: {'-'.join(token)}" for token in foreign(who, found)]
        assert response.status_code < 500, path
    print(f"{who}: {pages} answers, {size} bytes, {len(seen)} canaries, {len(leaks)} foreign")  # noqa: T201
    print("\n".join(leaks))  # noqa: T201
    assert leaks == []
    if who in ("staff_x", "staff_y", "firm_p", "firm_q", "expert_x", "mate"):
        assert len(seen) > 10, "a crawl that reads nothing proves nothing"


@pytest.mark.parametrize("who", ["staff_x", "staff_y", "leader"])
@pytest.mark.parametrize("ledger", ["experts", "enterprises", "needs"])
def test_exports(world, who, ledger, django_capture_on_commit_callbacks):
    """Unzipped, an export holds what the screen of its asker shows: nothing of the other county, no contact."""
    county = world.rows[oracle.OFFICE[who]]
    with django_capture_on_commit_callbacks(execute=True):
        export = services.export_request(
            ledger=ledger, county_id=county.pk, query="", actor=Actor(user=world.people[who])
        )
    export.refresh_from_db()
    assert export.status == "done", export.error
    with export.file.open("rb") as content:
        archive = zipfile.ZipFile(io.BytesIO(File(content).read()))
    found = set().union(*(tokens(archive.read(name)) for name in archive.namelist()))
    assert found
    assert foreign(who, found) == []


@pytest.mark.parametrize("who", ["leader", "staff_x", "mate", "firm_q", "expert_z"])
def test_no_filter_recovers_a_phone(world, who):
    """T3: whatever parameter is tried, the answers for the ten next digits do not differ."""
    phone = "13912345678"
    for key in ("x", "w", "m"):
        Expert.objects.filter(pk=world.rows[f"expert:{key}"].pk).update(phone=phone)
    for key in ("p", "q"):
        world.rows[f"firm:{key}"].__class__.objects.filter(pk=world.rows[f"firm:{key}"].pk).update(phone=phone)
    recovered, asked = [], 0
    for name in (
        "expert-list",
        "enterprise-list",
        "need-list",
        "order-list",
        "experts:expert-list",
        "enterprises:enterprise-list",
        "enterprises:need-list",
        "engagements:order-list",
        "search",
    ):
        for param in (
            "q",
            "search",
            "phone",
            "phone__startswith",
            "phone__contains",
            "contact",
            "code",
            "enterprise__phone__startswith",
            "expert__phone__startswith",
            "need__enterprise__phone__gt",
        ):
            answers = {}
            for digit in "0123456789":
                response = world.client(who).get(reverse(name), {param: "139123456" + digit})
                asked += 1
                codes = frozenset(re.findall(rb"(?:ZJ|QY|XQ|DD)-[A-Z0-9]{4,}", response.content))
                answers[digit] = (response.status_code, codes)
            if len(set(answers.values())) > 1:
                recovered.append(f"{name}?{param}=")
    orderings = {}
    for name in ("expert-list", "enterprise-list"):
        for value in ("phone", "-phone", "email"):
            response = world.client(who).get(reverse(name), {"ordering": value})
            orderings[name, value] = response.status_code
    print(f"{who}: {asked} requests, {len(recovered)} oracles")  # noqa: T201
    assert recovered == []
    assert set(orderings.values()) == {400}
