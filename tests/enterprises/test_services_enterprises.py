"""Writes of the register: who may, what is refused, what is on record, what is announced."""

import pytest
from model_bakery import baker

from accounts import acting, invitations
from accounts.models import User
from core.actor import Actor
from core.errors import DomainError, Invalid, NotPermitted, TransitionRefused
from core.models import AuditEvent, OutboxMessage
from enterprises import services
from enterprises.models import Enterprise, Membership, Need
from tests import make

CREDIT, OTHER_CREDIT = "91370828778346811K", "913708287302113954"
pytestmark = pytest.mark.django_db(transaction=False)


def verbs(obj):
    return list(
        AuditEvent.objects.filter(object_type=obj._meta.label_lower, object_id=obj.pk).values_list("verb", flat=True)
    )


def topics():
    return list(OutboxMessage.objects.values_list("topic", flat=True))


@pytest.fixture
def firm(county):
    return baker.make_recipe("tests.enterprise", county=county, credit_code=CREDIT)


@pytest.fixture
def member(firm):
    return make.member_of(firm)


def test_staff_add_a_firm_cleaned_searchable_and_on_record(county, staff):
    chain = baker.make_recipe("tests.chain", county=county)
    firm = services.enterprise_create(
        county_id=county.pk,
        values={
            "name": "恆昌機械（金鄉）有限公司", "credit_code": CREDIT.lower(), "phone": "０５３７-8721234",
            "chains": [chain], "main_products": "軸承",
        },
        actor=Actor(user=staff),
    )  # fmt: skip
    assert (firm.name, firm.credit_code, firm.phone) == ("恒昌机械（金乡）有限公司", CREDIT, "0537-8721234")
    assert firm.name_pinyin.startswith("heng chang ji xie")
    assert " hcjx" in firm.search_text
    assert (firm.verification, list(firm.chains.all())) == ("pending", [chain])
    assert (verbs(firm), topics()) == (["create"], ["enterprise.changed"])


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"name": ""}, "name", "name_format"),
        ({"name": "甲乙"}, "name", "name_format"),
        ({"name": "长" * 101}, "name", "name_format"),
        ({"name": "甲乙丙丁公司", "credit_code": "91370828778346811X"}, "credit_code", "credit_check"),
        ({"name": "甲乙丙丁公司", "credit_code": "9137"}, "credit_code", "credit_length"),
        ({"name": "甲乙丙丁公司", "phone": "12"}, "phone", "phone_format"),
        ({"name": "甲乙丙丁公司", "email": "x"}, "email", "invalid"),
        ({"name": "甲乙丙丁公司", "size": "huge"}, "size", "invalid"),
        ({"name": "甲乙丙丁公司", "main_products": "长" * 301}, "main_products", "invalid"),
        ({"name": "甲乙丙丁公司", "verification": "verified"}, "", "unknown_field"),
        ({"name": "甲乙丙丁公司", "status": "archived"}, "", "unknown_field"),
    ],
)
def test_a_bad_value_is_refused_beside_its_field(county, staff, values, field, code):
    with pytest.raises(Invalid) as refused:
        services.enterprise_create(county_id=county.pk, values=values, actor=Actor(user=staff))
    assert (refused.value.field, refused.value.code) == (field, code)
    assert Enterprise.objects.count() == 0


def test_a_credit_code_is_one_firms_in_a_county_and_says_which_to_the_office_alone(county, other_county, staff, firm):
    with pytest.raises(DomainError) as refused:
        services.enterprise_create(
            county_id=county.pk, values={"name": "另一家有限公司", "credit_code": CREDIT}, actor=Actor(user=staff)
        )
    assert refused.value.code == "credit_taken"
    assert firm.code in str(refused.value.message)
    second = baker.make_recipe("tests.enterprise", county=county)
    with pytest.raises(DomainError) as refused:
        services.enterprise_update(
            enterprise_id=second.pk, values={"credit_code": CREDIT}, actor=Actor(user=make.member_of(second))
        )
    assert firm.name not in str(refused.value.message)
    other = make.user_with("staff", other_county)
    services.enterprise_create(
        county_id=other_county.pk, values={"name": "同码有限公司", "credit_code": CREDIT}, actor=Actor(user=other)
    )


def test_places_and_chains_of_another_county_are_refused(county, other_county, staff, firm):
    foreign = {
        "park": baker.make_recipe("tests.park", county=other_county),
        "town": baker.make_recipe("tests.town", parent=other_county),
        "chains": [baker.make_recipe("tests.chain", county=other_county)],
    }
    for field, value in foreign.items():
        with pytest.raises(Invalid) as refused:
            services.enterprise_update(enterprise_id=firm.pk, values={field: value}, actor=Actor(user=staff))
        assert refused.value.field == field


@pytest.mark.parametrize("who", ["staff", "admin", "city_staff"])
def test_the_office_edits_everything(request, firm, who):
    user = request.getfixturevalue(who)
    services.enterprise_update(enterprise_id=firm.pk, values={"remarks": "重点"}, actor=Actor(user=user))
    firm.refresh_from_db()
    assert (firm.remarks, firm.verification) == ("重点", "verified")


def test_a_member_edits_own_data_but_no_remarks(firm, member):
    services.enterprise_update(enterprise_id=firm.pk, values={"address": "工业路 1 号"}, actor=Actor(user=member))
    firm.refresh_from_db()
    assert (firm.address, firm.verification) == ("工业路 1 号", "verified")
    with pytest.raises(Invalid):
        services.enterprise_update(enterprise_id=firm.pk, values={"remarks": "x"}, actor=Actor(user=member))


def test_what_a_verification_stands_on_is_verified_again(firm, member):
    services.enterprise_update(enterprise_id=firm.pk, values={"name": "改了名的有限公司"}, actor=Actor(user=member))
    firm.refresh_from_db()
    assert firm.verification == "pending"
    assert verbs(firm) == ["update", "verify_again"]


def test_a_leader_writes_nothing_and_strangers_find_nothing(firm, leader, other_staff):
    with pytest.raises(NotPermitted):
        services.enterprise_update(enterprise_id=firm.pk, values={"address": "x"}, actor=Actor(user=leader))
    stranger = make.member_of(baker.make_recipe("tests.enterprise", county=firm.county))
    for user in (other_staff, stranger, baker.make_recipe("tests.user")):
        with pytest.raises(Enterprise.DoesNotExist):
            services.enterprise_update(enterprise_id=firm.pk, values={"address": "x"}, actor=Actor(user=user))


def test_an_unchanged_form_leaves_no_trace(firm, staff):
    services.enterprise_update(enterprise_id=firm.pk, values={"name": firm.name}, actor=Actor(user=staff))
    assert (verbs(firm), topics()) == ([], [])


OFFICE_ONLY = {
    "verify": (services.enterprise_verify, {}),
    "refuse": (services.enterprise_refuse, {"reason": "代码不符"}),
    "archive": (services.enterprise_archive, {"reason": "已注销"}),
    "restore": (services.enterprise_restore, {}),
}


@pytest.mark.parametrize("name", OFFICE_ONLY)
def test_decisions_are_the_offices(firm, staff, member, leader, other_staff, name):
    service, values = OFFICE_ONLY[name]
    for user in (member, leader):
        with pytest.raises(NotPermitted):
            service(enterprise_id=firm.pk, actor=Actor(user=user), **values)
    with pytest.raises(Enterprise.DoesNotExist):
        service(enterprise_id=firm.pk, actor=Actor(user=other_staff), **values)
    service(enterprise_id=firm.pk, actor=Actor(user=staff), **values)


def test_verification_needs_a_code_and_a_refusal_a_reason(county, staff):
    firm = baker.make_recipe("tests.enterprise", county=county, verification="pending")
    with pytest.raises(Invalid) as refused:
        services.enterprise_verify(enterprise_id=firm.pk, actor=Actor(user=staff))
    assert refused.value.code == "credit_required"
    with pytest.raises(Invalid) as refused:
        services.enterprise_refuse(enterprise_id=firm.pk, reason="  ", actor=Actor(user=staff))
    assert refused.value.code == "reason_required"
    services.enterprise_refuse(enterprise_id=firm.pk, reason="代码不符", actor=Actor(user=staff))
    firm.refresh_from_db()
    assert (firm.verification, firm.verification_reason) == ("refused", "代码不符")
    assert topics() == ["enterprise.refused"]


def test_a_double_click_verifies_once(firm, staff):
    Enterprise.objects.update(verification="pending")
    for _again in range(2):
        services.enterprise_verify(enterprise_id=firm.pk, actor=Actor(user=staff))
    assert verbs(firm) == ["verify"]


def test_a_firm_with_unsettled_needs_stays(firm, staff):
    need = make.need(firm, status="published")
    with pytest.raises(TransitionRefused) as refused:
        services.enterprise_archive(enterprise_id=firm.pk, reason="迁出", actor=Actor(user=staff))
    assert refused.value.code == "needs_open"
    Need.objects.filter(pk=need.pk).update(status="closed")
    services.enterprise_archive(enterprise_id=firm.pk, reason="迁出", actor=Actor(user=staff))
    firm.refresh_from_db()
    assert firm.status == "archived"


def test_restoring_is_refused_when_the_code_was_given_away(county, firm, staff):
    Enterprise.objects.filter(pk=firm.pk).update(status="archived")
    baker.make_recipe("tests.enterprise", county=county, credit_code=CREDIT)
    with pytest.raises(DomainError) as refused:
        services.enterprise_restore(enterprise_id=firm.pk, actor=Actor(user=staff))
    assert refused.value.code == "credit_taken"


def test_the_officer_is_staff_of_the_county(firm, staff, admin, other_staff, leader):
    services.enterprise_assign(enterprise_id=firm.pk, officer_id=admin.pk, actor=Actor(user=staff))
    firm.refresh_from_db()
    assert firm.officer == admin
    for user in (other_staff, leader, make.member_of(firm)):
        with pytest.raises(Invalid):
            services.enterprise_assign(enterprise_id=firm.pk, officer_id=user.pk, actor=Actor(user=staff))


def test_a_reveal_is_on_record_and_not_for_leaders(firm, staff, leader, other_staff):
    Enterprise.objects.update(phone="13877776666")
    shown = services.enterprise_reveal(enterprise_id=firm.pk, actor=Actor(user=staff))
    assert shown["phone"] == "13877776666"
    event = AuditEvent.objects.get(verb="reveal")
    assert (event.user, event.data) == (staff, {"fields": ["phone", "email"]})
    with pytest.raises(NotPermitted):
        services.enterprise_reveal(enterprise_id=firm.pk, actor=Actor(user=leader))
    with pytest.raises(Enterprise.DoesNotExist):
        services.enterprise_reveal(enterprise_id=firm.pk, actor=Actor(user=other_staff))


# -- members


def test_members_come_by_the_office_and_leave_by_each_other(firm, staff, member):
    colleague = baker.make_recipe("tests.user")
    services.member_add(enterprise_id=firm.pk, user_id=colleague.pk, actor=Actor(user=staff))
    services.member_add(enterprise_id=firm.pk, user_id=colleague.pk, actor=Actor(user=staff))
    assert verbs(firm) == ["member_add"]
    with pytest.raises(NotPermitted):
        services.member_add(enterprise_id=firm.pk, user_id=colleague.pk, actor=Actor(user=member))
    services.member_remove(enterprise_id=firm.pk, user_id=colleague.pk, actor=Actor(user=member))
    assert not Membership.objects.get(user=colleague).is_active
    services.member_add(enterprise_id=firm.pk, user_id=colleague.pk, actor=Actor(user=staff))
    assert Membership.objects.get(user=colleague).is_active


def test_an_invitation_makes_a_member_of_a_firm_in_the_register(county, other_county, firm, staff):
    assert invitations.subject_name(role="enterprise", subject_code=firm.code, county_id=county.pk) == firm.name
    assert invitations.subject_name(role="enterprise", subject_code=firm.code, county_id=other_county.pk) is None
    user = baker.make_recipe("tests.user")
    invitations.attach_role(
        role="enterprise", subject_code=firm.code, county_id=county.pk, user=user, actor=Actor(user=user)
    )
    assert firm.memberships.get().user == user
    Enterprise.objects.update(status="archived")
    with pytest.raises(DomainError):
        invitations.attach_role(
            role="enterprise", subject_code=firm.code, county_id=county.pk, user=user, actor=Actor(user=user)
        )


def test_staff_act_for_firms_of_their_county_only(firm, staff, other_staff, member):
    found = acting.find(kind="enterprise", code=firm.code, user=staff)
    assert (found.name, found.user_ids) == (firm.name, (member.pk,))
    assert acting.find(kind="enterprise", code=firm.code, user=User.objects.get(pk=other_staff.pk)) is None


# -- merging


@pytest.fixture
def twin(county):
    return baker.make_recipe("tests.enterprise", county=county, address="工业路 2 号", qualifications=["gazelle"])


def test_a_merge_fills_moves_and_keeps_the_history(firm, twin, staff, member):
    need = make.need(twin, title="需求甲")
    newcomer = make.member_of(twin)
    baker.make_recipe("tests.membership", enterprise=twin, user=member)
    chain = baker.make_recipe("tests.chain", county=firm.county)
    twin.chains.add(chain)
    kept = services.enterprises_merge(keep_id=firm.pk, drop_id=twin.pk, reason="重复录入", actor=Actor(user=staff))
    twin.refresh_from_db()
    need.refresh_from_db()
    assert (kept.address, kept.qualifications, list(kept.chains.all())) == ("工业路 2 号", ["gazelle"], [chain])
    assert (twin.status, twin.merged_into, need.enterprise) == ("merged", firm, firm)
    assert set(firm.memberships.filter(is_active=True).values_list("user", flat=True)) == {member.pk, newcomer.pk}
    assert not twin.memberships.filter(is_active=True).exists()
    assert (verbs(twin), verbs(firm)) == (["merge"], ["absorb"])
    assert "enterprise.merged" in topics()


def test_a_merge_may_take_over_the_code(firm, twin, staff):
    kept = services.enterprises_merge(keep_id=twin.pk, drop_id=firm.pk, reason="重复", actor=Actor(user=staff))
    assert kept.credit_code == CREDIT


def test_merges_that_cannot_be_one_firm_are_refused(firm, twin, staff, member, other_county, other_staff, city):
    merge = services.enterprises_merge
    with pytest.raises(DomainError):
        merge(keep_id=firm.pk, drop_id=firm.pk, reason="x", actor=Actor(user=staff))
    with pytest.raises(Invalid):
        merge(keep_id=firm.pk, drop_id=twin.pk, reason=" ", actor=Actor(user=staff))
    with pytest.raises(Enterprise.DoesNotExist):
        merge(keep_id=firm.pk, drop_id=twin.pk, reason="x", actor=Actor(user=other_staff))
    with pytest.raises(Enterprise.DoesNotExist):  # a member sees one of them at most
        merge(keep_id=firm.pk, drop_id=twin.pk, reason="x", actor=Actor(user=member))
    Enterprise.objects.filter(pk=twin.pk).update(credit_code=OTHER_CREDIT)
    with pytest.raises(DomainError) as refused:
        merge(keep_id=firm.pk, drop_id=twin.pk, reason="x", actor=Actor(user=staff))
    assert refused.value.code == "two_codes"
    neighbour = baker.make_recipe("tests.enterprise", county=baker.make_recipe("tests.county", parent=city))
    with pytest.raises(DomainError) as refused:
        merge(keep_id=firm.pk, drop_id=neighbour.pk, reason="x", actor=Actor(user=make.user_with("staff", city)))
    assert refused.value.code == "foreign_county"
