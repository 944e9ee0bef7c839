"""The demonstration county's texts hold together: keys resolve, lengths fit the models, states agree with orders."""

import json
from collections import Counter
from pathlib import Path

import pytest
from stdnum.cn import uscc

from core.choices import Cooperation, Source
from engagements.enums import OPEN, TAKEN, DeclineReason, NotSelectedReason, OrderStatus
from enterprises.enums import Confidentiality, NeedStatus, NeedType, Qualification, Size, Urgency, Verification
from experts.enums import AchievementKind, ConsentState, Gender, Identity, Maturity, TieKind

DATA = Path(__file__).parents[2] / "portal" / "demo" / "data"
COUNTY, SECOND = "370828", "370827"
FOLDED = (NeedStatus.REJECTED, NeedStatus.WITHDRAWN, NeedStatus.EXPIRED, NeedStatus.UNMET, NeedStatus.RETURNED)


def rows(name):
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


EXPERTS, FIRMS, NEEDS, ORDERS = rows("experts"), rows("enterprises"), rows("needs"), rows("orders")
CHAINS, PARKS, GROUPS, FOREIGN, ACCOUNTS = (rows(n) for n in ("chains", "parks", "groups", "foreign_needs", "accounts"))
EXPERT, FIRM, NEED = ({row["key"]: row for row in table} for table in (EXPERTS, FIRMS, NEEDS))
CHAIN = {row["slug"]: row for row in CHAINS}


@pytest.mark.parametrize("table", [EXPERTS, FIRMS, NEEDS, ORDERS, GROUPS, FOREIGN])
def test_keys_unique(table):
    assert max(Counter(row["key"] for row in table).values()) == 1


def test_counts():
    assert [Counter(row["county"] for row in table)[SECOND] for table in (EXPERTS, FIRMS)] == [3, 3]
    assert Counter(row["county"] for row in EXPERTS)[COUNTY] >= 52
    assert [len(EXPERTS), len(FIRMS), len(FOREIGN)] == [60, 40, 20]
    assert sum(FIRM[need["enterprise"]]["county"] == SECOND for need in NEEDS) == 3
    states = Counter(need["status"] for need in NEEDS)
    assert states[NeedStatus.PUBLISHED] >= 16
    assert set(states) == set(NeedStatus) - {NeedStatus.MERGED}
    assert sum(need["staff_rewrite"] is not None for need in NEEDS) == 5
    assert sum(any(p["ended_days_ago"] for p in row["postings"]) for row in EXPERTS) == 4
    assert sum(row["paused_from_days"] is not None for row in EXPERTS) == 2
    assert 3 <= sum(not row["achievements"] for row in EXPERTS) <= 5


@pytest.mark.parametrize("row", EXPERTS, ids=EXPERT)
def test_expert(row):
    assert row["gender"] in Gender
    assert row["consent"] in ConsentState
    assert row["identities"]
    assert set(row["identities"]) <= set(Identity)
    assert {tie["kind"] for tie in row["ties"]} <= set(TieKind)
    for tie in row["ties"]:
        assert tie["code"].startswith((COUNTY, SECOND))
        assert len(tie["code"]) in (6, 9)
        assert len(tie["note"]) <= 100
    tied = [(tie["kind"], tie["code"]) for tie in row["ties"]]
    assert len(tied) == len(set(tied))
    assert 80 <= len(row["profile"]) <= 300
    assert 3 <= len(row["research_fields"]) <= 6
    assert row["disciplines"]
    assert set(row["cooperation"]) <= set(Cooperation)
    assert all(CHAIN[slug]["county"] == row["county"] for slug in row["chains"])
    assert 1 <= row["capacity"] <= 4
    assert 0 <= row["load"] <= row["capacity"]
    assert len(row["phone"]) == 11
    assert row["phone"][0] == "1"
    assert row["phone"][1] in "3456789"
    assert row["email"].endswith(("@example.cn", "@example.edu.cn"))
    assert len(row["achievements"]) <= 5
    for item in row["achievements"]:
        assert item["kind"] in AchievementKind
        assert item["maturity"] in Maturity
        assert 2010 <= item["year"] <= 2025
        assert 40 <= len(item["summary"]) <= 120, item["title"]
    assert bool(row["postings"]) == ("deputy" in row["identities"])
    for posting in row["postings"]:
        assert posting["town_code"].startswith(row["county"])
        assert posting["ended_days_ago"] is None or posting["ended_days_ago"] < posting["started_days_ago"]
    if row["appointment"]:
        assert "advisor" in row["identities"]
    if row["paused_from_days"] is not None:
        assert row["paused_from_days"] < 0 < row["paused_until_days"]


def test_names_varied():
    names = [row["name"] for row in EXPERTS]
    assert len(set(names)) == len(names)
    assert {len(name) for name in names} >= {2, 3, 4}
    assert any("·" in name for name in names)
    firms = [row["name"] for row in FIRMS]
    assert len(set(firms)) == len(firms)
    assert max(map(len, firms)) >= 30


@pytest.mark.parametrize("row", FIRMS, ids=FIRM)
def test_firm(row):
    assert uscc.is_valid(row["credit_code"])
    assert row["credit_code"][2:8] == row["county"]
    assert row["size"] in Size
    assert row["verification"] in Verification
    assert set(row["qualifications"]) <= set(Qualification)
    assert row["town_code"].startswith(row["county"])
    assert len(row["town_code"]) == 9
    assert all(CHAIN[slug]["county"] == row["county"] for slug in row["chains"])
    assert row["chains"]
    if row["park"]:
        assert (row["county"], row["park"]) in {(park["county"], park["name"]) for park in PARKS}
    assert len(row["industry"]) == 4
    assert len(row["founded"]) == 7


def test_credit_codes_unique():
    codes = [row["credit_code"] for row in FIRMS]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("row", NEEDS, ids=NEED)
def test_need(row):
    assert row["enterprise"] in FIRM
    assert row["status"] in NeedStatus
    assert 0 < len(row["title"]) <= 40
    assert 0 < len(row["blind_title"]) <= 40
    assert CHAIN[row["chain"]]["county"] == FIRM[row["enterprise"]]["county"]
    assert row["types"]
    assert set(row["types"]) <= set(NeedType)
    assert len(row["current_situation"]) <= 800
    assert len(row["summary"]) <= 300
    assert row["status"] == NeedStatus.DRAFT or row["current_situation"]
    assert set(row["constraints"]) == {"equipment", "cost", "environment", "period"}
    assert set(row["cooperation"]) <= set(Cooperation)
    assert row["confidentiality"] in Confidentiality
    assert row["urgency"] in Urgency
    assert row["source"] in Source
    assert (row["budget_min"] is None) == (row["budget_max"] is None)
    assert row["budget_min"] is None or 0 < row["budget_min"] <= row["budget_max"]
    assert row["seats"] in (1, 2)
    assert len(row["ip_expectation"]) <= 200
    assert len(row["decision_maker"]) <= 50
    assert bool(row["status_reason"]) == (row["status"] in FOLDED)
    for target in row["targets"]:
        assert set(target) == {"name", "current", "target", "unit"}
    if row["status"] == NeedStatus.PUBLISHED:
        assert row["deadline_in_days"] > 0
    if row["status"] == NeedStatus.EXPIRED:
        assert row["deadline_in_days"] < 0
    firm = FIRM[row["enterprise"]]
    for text in (row["blind_title"], row["summary"]):  # what people outside read must not name the firm
        assert firm["name"] not in text
        assert firm["contact_name"] not in text


def test_needs_terse_and_long():
    lengths = [len(row["current_situation"]) for row in NEEDS]
    assert min(lengths) < 80
    assert max(lengths) > 650


def test_orders():
    pairs = Counter()
    seats = set()
    for row in ORDERS:
        need, expert = NEED[row["need"]], EXPERT[row["expert"]]
        assert row["status"] in OrderStatus, row["key"]
        assert row["offered_days_ago"] <= need["created_days_ago"], row["key"]
        assert expert["consent"] != ConsentState.REFUSED, row["key"]
        assert expert["paused_from_days"] is None, row["key"]
        assert (row["decline_code"] in DeclineReason) == (row["status"] == OrderStatus.DECLINED), row["key"]
        assert (row["not_selected_code"] in NotSelectedReason) == (row["status"] == OrderStatus.NOT_SELECTED), row[
            "key"
        ]
        assert (row["seat"] is not None) == (row["status"] in TAKEN), row["key"]
        if row["status"] in TAKEN:
            assert row["seat"] <= need["seats"], row["key"]
            assert (row["need"], row["seat"]) not in seats, row["key"]
            seats.add((row["need"], row["seat"]))
        pairs[row["need"], row["expert"]] += row["status"] in OPEN
        if row["status"] == OrderStatus.OFFERED:
            assert need["status"] in (NeedStatus.PUBLISHED, NeedStatus.IN_PROGRESS), row["key"]
            assert row["answered_days_ago"] is None, row["key"]
        days = [row["offered_days_ago"], row["answered_days_ago"], row["confirmed_days_ago"], row["ended_days_ago"]]
        days = [day for day in days if day is not None]
        assert days == sorted(days, reverse=True), row["key"]
    assert max(pairs.values()) == 1


def test_need_states_follow_orders():
    working = {row["need"] for row in ORDERS if row["status"] in (OrderStatus.CONFIRMED, OrderStatus.CONVERTED)}
    done = (NeedStatus.IN_PROGRESS, NeedStatus.RESOLVED, NeedStatus.CLOSED)
    assert working == {key for key, need in NEED.items() if need["status"] in done}
    taken = Counter(row["need"] for row in ORDERS if row["status"] in TAKEN)
    open_offers = {row["need"] for row in ORDERS if row["status"] == OrderStatus.OFFERED}
    assert all(taken[key] < NEED[key]["seats"] for key in open_offers)  # a full need has no open offer


def test_loads_are_the_taken_orders():
    taken = Counter(row["expert"] for row in ORDERS if row["status"] in TAKEN)
    assert {row["key"]: row["load"] for row in EXPERTS if row["load"]} == dict(taken)
    assert any(row["load"] == row["capacity"] for row in EXPERTS)


def test_groups():
    for row in GROUPS:
        assert CHAIN[row["chain"]]["county"] == row["county"]
        assert row["leader"] in row["members"]
        assert set(row["members"]) <= set(EXPERT)
        assert all(EXPERT[key]["group"] == row["key"] for key in row["members"])
    assert any(EXPERT[key]["county"] != row["county"] for row in GROUPS for key in row["members"])


def test_chains_and_parks():
    assert sum(row["county"] == COUNTY for row in CHAINS) == 5
    assert sum(row["county"] == COUNTY for row in PARKS) == 5
    assert all(row["industries"] and all(code.isdigit() for code in row["industries"]) for row in CHAINS)


def test_foreign_needs():
    assert all(60 <= len(row["description"]) <= 200 and len(row["title"]) <= 40 for row in FOREIGN)
    titles = {row["title"] for row in NEEDS}
    assert all(row["title"] not in titles for row in FOREIGN)


def test_accounts():
    names = [row["username"] for row in ACCOUNTS]
    assert names == ["staff", "citystaff", "leader", "admin", "firm", "expert", "former"]
    by_name = {row["username"]: row for row in ACCOUNTS}
    assert sum(need["enterprise"] == by_name["firm"]["subject"] for need in NEEDS) >= 3
    offered = [row for row in ORDERS if row["status"] == OrderStatus.OFFERED]
    assert sum(row["expert"] == by_name["expert"]["subject"] for row in offered) >= 2
    assert EXPERT[by_name["former"]["subject"]]["postings"][0]["ended_days_ago"] is not None
