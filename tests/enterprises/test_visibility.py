"""Rows and levels of docs/visibility.md §2, §5 and §6, transcribed by hand."""

import itertools

import pytest
from django.contrib.auth.models import AnonymousUser
from model_bakery import baker

from enterprises.models import Enterprise, Need
from enterprises.selectors import need_levels, need_view
from tests import make

STATES = (
    "draft", "submitted", "returned", "rejected", "merged", "published", "in_progress", "resolved", "closed", "unmet",
    "withdrawn", "expired",
)  # fmt: skip
LEVELS_OF_SECRECY = ("open", "summary", "directed")
PUBLIC = ("published", "in_progress", "unmet")


@pytest.fixture
def firm(county):
    return baker.make_recipe("tests.enterprise", county=county)


def told(need, user, level="summary", **fields):
    return baker.make(
        "enterprises.Disclosure", need=need, user=user, expert_code="ZJ-X", order_code=f"DD-{level}", level=level,
        **fields,
    )  # fmt: skip


@pytest.mark.parametrize(("status", "secrecy"), list(itertools.product(STATES, LEVELS_OF_SECRECY)))
def test_every_state_and_secrecy_for_every_principal(
    county, other_county, city, staff, leader, admin, city_staff, other_staff, firm, status, secrecy
):
    need = make.need(firm, status=status, confidentiality=secrecy, source="enterprise")
    member, stranger_firm = make.member_of(firm), make.member_of(baker.make_recipe("tests.enterprise", county=county))
    former = baker.make_recipe("tests.user")
    baker.make_recipe("tests.membership", enterprise=firm, user=former, is_active=False)
    expert = make.expert_with_user(county).user
    foreign_expert = make.expert_with_user(other_county).user
    nobody = baker.make_recipe("tests.user")
    seen = {
        name: Need.objects.visible_to(user).filter(pk=need.pk).exists()
        for name, user in locals().items()
        if name in ("staff", "leader", "admin", "city_staff", "other_staff", "member", "stranger_firm", "former",
                    "expert", "foreign_expert", "nobody")
    }  # fmt: skip
    office = status != "draft"
    market = status in PUBLIC and secrecy != "directed"
    assert seen == {
        "staff": office, "leader": office, "admin": office, "city_staff": office, "other_staff": False,
        "member": True, "stranger_firm": False, "former": False, "expert": market, "foreign_expert": False,
        "nobody": False,
    }  # fmt: skip
    if market:
        assert need_view(need, expert).level == ("open" if secrecy == "open" else "summary")
    assert need_view(need, member).level == "full"


@pytest.mark.parametrize("status", STATES)
def test_an_offered_expert_sees_the_need_in_any_state_while_it_is_open(county, firm, status):
    need = make.need(firm, status=status, confidentiality="directed")
    expert, rival = make.expert_with_user(county).user, make.expert_with_user(county).user
    grant = told(need, expert)
    assert Need.objects.visible_to(expert).get() == need
    assert need_view(need, expert).level == "summary"
    assert not Need.objects.visible_to(rival).exists()
    grant.closed_at = need.created_at
    grant.save()
    assert not Need.objects.visible_to(expert).exists()


def test_a_confirmed_order_opens_everything_and_its_end_closes_it(county, firm):
    need = make.need(firm, confidentiality="summary")
    expert = make.expert_with_user(county).user
    told(need, expert)
    grant = told(need, expert, "full")
    view = need_view(need, expert)
    assert (view.level, view.side, view.enterprise, view.is_inside) == ("full", "expert", firm, False)
    grant.closed_at = need.created_at
    grant.save()
    assert need_levels([need], expert) == {need.pk: "summary"}


def test_a_draft_that_staff_wrote_is_the_offices_and_a_firms_is_not(county, staff, admin, firm):
    own = make.need(firm, status="draft", source="staff")
    make.need(firm, status="draft", source="enterprise")
    assert list(Need.objects.visible_to(admin)) == [own]


def test_nobody_signed_in_sees_nothing(client, county, firm):
    make.need(firm)
    assert not Need.objects.visible_to(AnonymousUser()).exists()
    assert not Enterprise.objects.visible_to(AnonymousUser()).exists()


@pytest.mark.parametrize("status", ["active", "archived", "merged"])
def test_firms_are_the_offices_and_their_members(county, staff, leader, city_staff, other_staff, status):
    into = baker.make_recipe("tests.enterprise", county=county) if status == "merged" else None
    firm = baker.make_recipe("tests.enterprise", county=county, status=status, merged_into=into)
    member = make.member_of(firm)
    expert = make.expert_with_user(county).user
    sees = [Enterprise.objects.visible_to(u).filter(pk=firm.pk).exists() for u in (staff, leader, city_staff, member)]
    assert sees == [True] * 4
    assert [Enterprise.objects.visible_to(u).filter(pk=firm.pk).exists() for u in (other_staff, expert)] == [False] * 2


def test_an_ended_membership_ends_sight_at_once(firm):
    member = make.member_of(firm)
    assert Enterprise.objects.visible_to(member).get() == firm
    firm.memberships.update(is_active=False)
    assert not Enterprise.objects.visible_to(member).exists()


SECRETS = {
    "title": "CANARY-title", "situation": "CANARY-situation", "tried": "CANARY-tried", "rewrite_text": "CANARY-rewrite",
    "ip_expectation": "CANARY-ip", "decision_maker": "CANARY-decider", "status_reason": "CANARY-reason",
}  # fmt: skip


@pytest.fixture
def secret(firm):
    firm.name, firm.phone, firm.contact_name = "CANARY-firm有限公司", "13877776666", "CANARY-contact"
    firm.save()
    need = make.need(
        firm, confidentiality="summary", blind_title="对外名称", summary="摘要", budget_max=7777770000,
        constraints={"cost": "CANARY-cost"}, **SECRETS,
    )  # fmt: skip
    baker.make("enterprises.NeedTarget", need=need, name="指标甲", current="CANARY-now", target="CANARY-goal")
    file = baker.make("core.Attachment", county=firm.county, name="CANARY-file.pdf", size=1, sha256="0" * 64)
    need.attachments.add(file)
    return need


@pytest.mark.parametrize("path", ["/needs/", "/needs/{code}/", "/api/v1/needs/", "/api/v1/needs/{code}/"])
def test_a_blind_reader_gets_no_word_of_what_is_hidden(client, county, secret, path):
    expert = make.expert_with_user(county).user
    client.force_login(expert)
    body = client.get(path.format(code=secret.code)).content.decode()
    assert "对外名称" in body
    assert "摘要" in body
    for leak in ("CANARY", "13877776666", "777777"):
        assert leak not in body


@pytest.mark.parametrize("path", ["/needs/{code}/", "/api/v1/needs/{code}/"])
def test_an_open_need_shows_its_text_but_not_the_firm(client, county, secret, path):
    Need.objects.update(confidentiality="open")
    client.force_login(make.expert_with_user(county).user)
    body = client.get(path.format(code=secret.code)).content.decode()
    for shown in ("CANARY-rewrite", "CANARY-tried", "CANARY-goal", "CANARY-cost", "CANARY-ip"):
        assert shown in body
    for hidden in ("CANARY-firm", "CANARY-title", "CANARY-situation", "CANARY-contact", "CANARY-decider",
                   "CANARY-file", "CANARY-reason", "13877776666"):  # fmt: skip
        assert hidden not in body


def test_a_confirmed_expert_reads_contact_and_files_but_not_the_review(client, county, secret):
    expert = make.expert_with_user(county).user
    told(secret, expert, "full")
    client.force_login(expert)
    body = client.get(f"/needs/{secret.code}/").content.decode()
    for shown in ("CANARY-firm", "CANARY-title", "CANARY-situation", "13877776666", "CANARY-decider", "CANARY-file"):
        assert shown in body
    assert "CANARY-reason" not in body
    data = client.get(f"/api/v1/needs/{secret.code}/").json()
    assert (data["level"], data["status_reason"], data["completeness"]) == ("full", None, None)


def test_staff_read_contacts_masked(client, staff, secret):
    client.force_login(staff)
    for path in (f"/needs/{secret.code}/", f"/enterprises/{secret.enterprise.code}/", "/enterprises/",
                 f"/api/v1/enterprises/{secret.enterprise.code}/"):  # fmt: skip
        assert "13877776666" not in client.get(path).content.decode()


def test_the_firm_does_not_read_who_decided(client, county, secret):
    baker.make(
        "core.AuditEvent", object_type="enterprises.need", object_id=secret.pk, verb="returned", old="submitted",
        new="returned", actor_label="CANARY-officer", channel="page", reason="请补充",
    )  # fmt: skip
    client.force_login(make.member_of(secret.enterprise))
    body = client.get(f"/needs/{secret.code}/").content.decode()
    assert "CANARY-officer" not in body
    assert "人才办" in body
