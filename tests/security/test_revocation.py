"""T9: what is taken away is refused on the next request, for a session, a token, a link and a running export. T2: a
code of another county in a body reads like one that does not exist. T6: a read-only or unknown field is refused."""

import json

import pytest
from django.urls import reverse
from django.utils.timezone import now

from accounts.services import user_deactivate
from core.actor import Actor
from enterprises.api.serializers import EnterpriseSerializer, NeedSerializer
from experts.api.serializers import ExpertSerializer
from tests.matrix import policy
from tests.matrix.cases import OK, address, cases
from tests.matrix.conftest import savepoint
from tests.matrix.test_permissions import _leads_to_sign_in, roll_back

pytestmark = pytest.mark.django_db


def recorded(world, who):
    """Addresses of objects (not lists) that ``who`` reads now."""
    found = []
    for rows, api in ((policy.PAGES, False), (policy.API, True)):
        for row in rows:
            for case in cases(row, api=api):
                asked = case.who == who and case.method == "get" and case.expected == OK and not case.fragment
                if asked and row.kind in ("expert", "firm", "need", "match", "order", "group", "run", "export"):
                    found.append(address(world, case)[0])
    return list(dict.fromkeys(found))


def take_scope(world, who):
    world.people[who].scopes.update(is_active=False)


def take_membership(world, who):
    world.people[who].memberships.update(is_active=False)


def close_account(world, who):
    user_deactivate(user_id=world.people[who].pk, actor=Actor(user=world.people["admin"]), reason="离职")


def revoke_token(world, who):
    world.people[who].api_tokens.update(revoked_at=now())


@pytest.mark.parametrize(
    ("who", "change"),
    [
        ("staff_x", take_scope),
        ("leader", take_scope),
        ("city", take_scope),
        ("firm_p", take_membership),
        ("staff_x", close_account),
        ("expert_x", close_account),
        ("token", revoke_token),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_nothing_answers_after_the_change(world, who, change):
    paths = recorded(world, who)
    assert len(paths) >= (5 if who == "token" else 10)
    with savepoint():
        before = sum(world.client(who).get(path).status_code in (200, 302) for path in paths[:10])
        change(world, who)
        still = [path for path in paths if readable(world.client(who).get(path))]
        roll_back()
    print(f"{who} {change.__name__}: {len(paths)} recorded, {len(still)} still answered")  # noqa: T201
    assert before > 0
    assert still == []


def readable(response):
    return response.status_code == 200 or (response.status_code == 302 and not _leads_to_sign_in(response))


def test_a_withdrawn_order_closes_its_link_and_its_text(world):
    from engagements.services import order_revoke  # noqa: PLC0415

    order, need = world.rows["order:o4"], world.rows["need:v2"]
    full = world.client("expert_x").get(reverse("enterprises:need-detail", args=[need.code]))
    assert "CANARY-A-v2-title" in full.content.decode()
    with savepoint():
        order_revoke(order_id=order.pk, reason="企业取消", actor=Actor(user=world.people["staff_x"]))
        gone = world.client("expert_x").get(reverse("enterprises:need-detail", args=[need.code])).status_code
        firm = world.client("firm_q").get(reverse("engagements:order-detail", args=[order.code])).content.decode()
        roll_back()
    assert gone == 404
    assert "CANARY-A-x-phone" not in firm
    offered = world.rows["order:o1"]
    with savepoint():
        order_revoke(order_id=offered.pk, reason="企业取消", actor=Actor(user=world.people["staff_x"]))
        link = world.client("anon").get(reverse("engagements:order-answer", args=[world.extra["link:o1"]]))
        never = world.client("anon").get(reverse("engagements:order-answer", args=["0" * 64]))
        roll_back()
    assert (link.status_code, never.status_code) == (404, 404)
    assert "CANARY" not in link.content.decode()


# -- T2 ------------------------------------------------------------------------------------------------------------

FOREIGN = [  # who, operation, body, the field that names something, a foreign code, a code of nothing
    ("staff_x", "post", "expert-list", {"name": "王五"}, "county", "B", "000000"),
    ("staff_x", "post", "enterprise-list", {"name": "新企业"}, "county", "B", "000000"),
    ("staff_x", "post", "need-list", {"title": "烘干"}, "enterprise", "firm:r", "QY-NOSUCH"),
    ("firm_p", "post", "need-list", {"title": "烘干"}, "enterprise", "firm:q", "QY-NOSUCH"),
    ("staff_x", "patch", "expert-detail", {}, "chains", "chain_B", "CL-NOSUCH"),
    ("staff_x", "patch", "enterprise-detail", {}, "chains", "chain_B", "CL-NOSUCH"),
    ("staff_x", "patch", "enterprise-detail", {}, "park", "park_B", "YQ-NOSUCH"),
    ("staff_x", "patch", "need-detail", {}, "chain", "chain_B", "CL-NOSUCH"),
    ("staff_x", "post", "enterprise-assign", {}, "officer", "staff_y", "nobody"),
    ("staff_x", "post", "need-assign", {}, "officer", "staff_y", "nobody"),
    ("staff_x", "post", "enterprise-merge", {"reason": "同一企业"}, "into", "firm:r", "QY-NOSUCH"),
    ("staff_x", "post", "order-list", {"expert": "expert:w"}, "need", "need:n3", "XQ-NOSUCH"),
    ("staff_x", "post", "order-list", {"need": "need:n1"}, "expert", "expert:r", "ZJ-NOSUCH"),
    ("staff_x", "post", "export-list", {"ledger": "experts"}, "county", "B", "000000"),
]
OBJECT = {"expert": "expert:w", "enterprise": "firm:p", "need": "need:n1"}


@pytest.mark.parametrize("row", FOREIGN, ids=lambda row: f"{row[0]}-{row[2]}-{row[4]}")
def test_a_foreign_code_in_a_body_reads_like_none(world, row):
    who, method, name, body, field, foreign, nothing = row

    def code(value):
        found = world.rows.get(value)
        return value if found is None else getattr(found, "code", value)

    kind = name.partition("-")[0]
    args = [] if name.endswith("-list") else [world.rows[OBJECT[kind]].code]
    answers = []
    for value in (code(foreign), nothing):
        sent = {key: code(item) for key, item in body.items()}
        sent[field] = [value] if field == "chains" else value
        with savepoint():
            response = getattr(world.client(who), method)(
                reverse(name, args=args), json.dumps(sent), content_type="application/json"
            )
            roll_back()
        problem = response.json()
        problem.pop("request_id", None)
        answers.append((response.status_code, json.dumps(problem, ensure_ascii=False).replace(value, "…")))
    assert answers[0] == answers[1]
    assert answers[0][0] in (400, 404, 422)


# -- T6 ------------------------------------------------------------------------------------------------------------

ROWS = (("expert-detail", "expert:w", ExpertSerializer), ("enterprise-detail", "firm:p", EnterpriseSerializer),
        ("need-detail", "need:s1", NeedSerializer))  # fmt: skip
STRANGE = ("id", "pk", "user", "user_id", "is_admin", "owner", "county_id", "created_by", "search_text", "load",
           "merged_into_id", "__class__", "scopes", "reviewed_by")  # fmt: skip


@pytest.mark.parametrize(("name", "key", "serializer"), ROWS, ids=[row[0] for row in ROWS])
def test_no_field_is_changed_in_silence(world, name, key, serializer):
    """Every column of the model and some that never were: either declared writable, or refused with 400."""
    row = world.rows[key]
    read_only = set(serializer.Meta.read_only_fields)
    writable = set(serializer.Meta.fields) - read_only
    columns = {field.name for field in row._meta.get_fields()} | set(STRANGE) | read_only
    wrong = []
    for field in sorted(columns - writable):
        with savepoint():
            response = world.client("admin").patch(
                reverse(name, args=[row.code]), json.dumps({field: "x"}), content_type="application/json"
            )
            roll_back()
        pointers = [error["pointer"] for error in response.json().get("errors", ())]
        if response.status_code != 400 or pointers != [f"/{field}"]:
            wrong.append((field, response.status_code, pointers))
    assert wrong == []
    for fixed in ("county", "enterprise"):  # set at creation, never moved
        if fixed in serializer.Meta.fields:
            response = world.client("admin").patch(
                reverse(name, args=[row.code]), json.dumps({fixed: "x"}), content_type="application/json"
            )
            assert response.status_code == 400
