"""Pages of the enterprise register: list, queue, one firm, edit, merge, members."""

import pytest
from django.urls import reverse
from model_bakery import baker

from core.models import AuditEvent
from enterprises.models import Enterprise
from enterprises.services.base import derive
from tests import make

CREDIT = "91370828778346811K"


@pytest.fixture
def firm(county):
    firm = baker.make_recipe(
        "tests.enterprise", county=county, name="坤岳橡塑科技股份有限公司", credit_code=CREDIT, phone="13877776666",
        email="kun@example.cn",
    )  # fmt: skip
    derive(firm)
    firm.save()
    return firm


@pytest.fixture
def member(firm):
    return make.member_of(firm)


def url(name, *args):
    return reverse(f"enterprises:{name}", args=args)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_for_one_row_and_for_three(
    client, django_assert_num_queries, county, staff, count
):
    chain = baker.make_recipe("tests.chain", county=county)
    firms = [baker.make_recipe("tests.enterprise", county=county, officer=staff) for _n in range(count)]
    for firm in firms:
        firm.chains.add(chain)
        make.need(firm)
    baker.make_recipe("tests.enterprise")  # another county's, which could leak
    client.force_login(staff)
    client.get(url("enterprise-list"))  # the session's stamp is written once a minute
    with django_assert_num_queries(15):
        response = client.get(url("enterprise-list"))
    assert [row.need_count for row in response.context["page_obj"]] == [1] * count
    assert list(response.context["page_obj"]) == firms


def test_the_list_is_flat_from_twenty_to_two_hundred_rows(client, django_assert_max_num_queries, county, staff):
    client.force_login(staff)
    for number in (20, 180):
        baker.make("enterprises.Enterprise", county=county, status="active", _quantity=number)
        client.get(url("enterprise-list"))
        with django_assert_max_num_queries(15):
            response = client.get(url("enterprise-list"))
    assert response.context["page_obj"].paginator.count == 200


@pytest.mark.parametrize("query", ["page=9", "status=magic", "ordering=phone", "size=x", "search=%25", "industry=C"])
def test_odd_addresses_are_answered(client, staff, firm, query):
    client.force_login(staff)
    assert client.get(f"{url('enterprise-list')}?{query}").status_code == 200


def test_a_fragment_is_cut_from_the_same_page(client, staff, firm):
    client.force_login(staff)
    response = client.get(url("enterprise-list"), {"search": "kunyue"}, headers={"HX-Request": "true"})
    assert list(response.context["page_obj"]) == [firm]
    assert "HX-Request" in response.headers["Vary"]


def test_the_page_for_each_reader(client, firm, staff, leader, member, other_staff, county):
    client.force_login(staff)
    body = client.get(firm.get_absolute_url()).content.decode()
    assert CREDIT in body
    assert "138****6666" in body
    assert url("enterprise-verify", firm.code) not in body  # verified already
    client.force_login(leader)
    body = client.get(firm.get_absolute_url()).content.decode()
    assert "13877776666" not in body
    assert url("enterprise-reveal", firm.code, "phone") not in body
    assert url("enterprise-edit", firm.code) not in body
    client.force_login(member)
    body = client.get(firm.get_absolute_url()).content.decode()
    assert "13877776666" in body
    assert url("merge-choose", firm.code) not in body
    for user in (other_staff, make.expert_with_user(county).user):
        client.force_login(user)
        assert client.get(firm.get_absolute_url()).status_code == 404


def test_a_reveal_answers_one_contact_and_is_on_record(client, firm, staff, leader, other_staff):
    path = url("enterprise-reveal", firm.code, "phone")
    client.force_login(staff)
    assert client.get(path).status_code == 405
    body = client.post(path, headers={"HX-Request": "true"}).content.decode()
    assert "13877776666" in body
    assert "kun@example.cn" not in body
    assert AuditEvent.objects.filter(verb="reveal", user=staff).count() == 1
    assert client.post(url("enterprise-reveal", firm.code, "remarks")).status_code == 404
    client.force_login(leader)
    assert "13877776666" not in client.post(path, follow=True).content.decode()
    client.force_login(other_staff)
    assert client.post(path).status_code == 404


def form(**changes):
    return {"name": "恒昌机械有限公司", "credit_code": "", "phone": "13811112222"} | changes


def test_staff_register_a_firm_and_are_warned_of_a_double(client, county, staff, firm):
    client.force_login(staff)
    response = client.post(url("enterprise-create"), form())
    made = Enterprise.objects.get(name="恒昌机械有限公司")
    assert response.headers["Location"] == made.get_absolute_url()
    response = client.post(url("enterprise-create"), form(name="另一个名字的公司"))
    assert response.context["duplicates"] == [made]  # the same telephone
    client.post(url("enterprise-create"), form(name="另一个名字的公司", not_duplicate="1"))
    assert Enterprise.objects.filter(phone="13811112222").count() == 2
    response = client.post(url("enterprise-create"), form(credit_code=CREDIT, not_duplicate="1"))
    assert "credit_code" in response.context["form"].errors


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "甲"), ("name", "长" * 101), ("credit_code", "91370828778346811X"), ("phone", "12"),
        ("email", "x@"), ("industry", "99999"), ("founded_on", "2999-01-01"), ("founded_on", "1000-01-01"),
        ("main_products", "长" * 301), ("park", "999"), ("town", "x"), ("chains", "999"), ("size", "huge"),
    ],
)  # fmt: skip
def test_a_mistake_stands_beside_its_field_and_nothing_is_lost(client, staff, field, value):
    client.force_login(staff)
    response = client.post(url("enterprise-create"), form(address="工业三路", **{field: value}))
    assert field in response.context["form"].errors
    assert "工业三路" in response.content.decode()
    assert Enterprise.objects.count() == 0


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>有限公司", "'\"><img src=x onerror=1>公司", "a\x00b有限公司"]
)
def test_hostile_names_are_shown_as_text(client, staff, text):
    client.force_login(staff)
    body = client.post(url("enterprise-create"), form(name=text, address=text), follow=True).content.decode()
    assert "<script>alert" not in body
    assert "<img src=x" not in body


def test_a_member_edits_and_is_told_of_the_new_verification(client, firm, member):
    client.force_login(member)
    page = client.get(url("enterprise-edit", firm.code))
    assert "remarks" not in page.context["form"].fields
    data = form(name="改了名的有限公司", credit_code=CREDIT, remarks="x")
    body = client.post(url("enterprise-edit", firm.code), data, follow=True).content.decode()
    firm.refresh_from_db()
    assert (firm.name, firm.verification, firm.remarks) == ("改了名的有限公司", "pending", "")
    assert "重新核验" in body


def test_strangers_and_leaders_do_not_edit(client, firm, leader, other_staff):
    client.force_login(leader)
    client.post(url("enterprise-edit", firm.code), form())
    client.force_login(other_staff)
    assert client.post(url("enterprise-edit", firm.code), form()).status_code == 404
    for user in (leader, make.member_of(firm)):
        client.force_login(user)
        assert client.get(url("enterprise-create")).status_code == 404
    firm.refresh_from_db()
    assert firm.name == "坤岳橡塑科技股份有限公司"


def test_the_queue_of_verification(client, county, staff, leader, firm):
    waiting = baker.make_recipe(
        "tests.enterprise", county=county, verification="pending", credit_code="913708287302113954"
    )
    client.force_login(staff)
    assert list(client.get(url("verify-queue")).context["page_obj"]) == [waiting]
    client.post(url("enterprise-verify", waiting.code), {"next": url("verify-queue")})
    waiting.refresh_from_db()
    assert waiting.verification == "verified"
    client.post(url("enterprise-refuse", waiting.code), {"reason": ""})
    waiting.refresh_from_db()
    assert waiting.verification == "verified"
    client.post(url("enterprise-refuse", waiting.code), {"reason": "代码不符"})
    waiting.refresh_from_db()
    assert (waiting.verification, waiting.verification_reason) == ("refused", "代码不符")
    client.force_login(leader)
    assert client.get(url("verify-queue")).status_code == 404


def test_archive_restore_and_officer(client, firm, staff, admin):
    client.force_login(staff)
    client.post(url("enterprise-archive", firm.code), {"reason": "迁出"})
    firm.refresh_from_db()
    assert firm.status == "archived"
    client.post(url("enterprise-restore", firm.code))
    client.post(url("enterprise-assign", firm.code), {"officer": admin.pk})
    firm.refresh_from_db()
    assert (firm.status, firm.officer) == ("active", admin)


@pytest.mark.parametrize("name", ["enterprise-verify", "enterprise-archive", "enterprise-restore", "enterprise-assign",
                                  "enterprise-refuse", "member-remove"])  # fmt: skip
def test_decisions_are_posts_in_scope(client, firm, staff, leader, other_staff, name):
    client.force_login(staff)
    assert client.get(url(name, firm.code)).status_code == 405
    client.force_login(other_staff)
    assert client.post(url(name, firm.code), {"reason": "x"}).status_code == 404
    client.force_login(leader)
    client.post(url(name, firm.code), {"reason": "x"})
    firm.refresh_from_db()
    assert (firm.status, firm.verification) == ("active", "verified")


def test_a_merge_is_seen_side_by_side_before_it_happens(client, county, staff, firm, other_staff, member):
    twin = baker.make_recipe("tests.enterprise", county=county, name=firm.name)
    client.force_login(staff)
    assert list(client.get(url("merge-choose", firm.code)).context["likely"]) == [twin]
    assert list(client.get(url("merge-choose", twin.code), {"q": "kunyue"}).context["found"]) == [firm]
    assert client.get(url("merge", firm.code, twin.code)).status_code == 200
    response = client.post(url("merge", firm.code, twin.code), {"keep": firm.code, "reason": ""})
    assert response.context["form"].errors["reason"]
    client.post(url("merge", firm.code, twin.code), {"keep": firm.code, "reason": "重复录入"})
    twin.refresh_from_db()
    assert (twin.status, twin.merged_into) == ("merged", firm)
    for user in (other_staff, member):
        client.force_login(user)
        assert client.get(url("merge-choose", firm.code)).status_code == 404


def test_members_are_taken_off_by_name(client, firm, member, staff):
    colleague = make.member_of(firm)
    client.force_login(member)
    client.post(url("member-remove", firm.code), {"user": colleague.username})
    assert firm.memberships.filter(is_active=True).count() == 1
    response = client.post(url("member-remove", firm.code), {"user": member.username})
    assert response.headers["Location"] == reverse("home")
    assert client.get(firm.get_absolute_url()).status_code == 404


def test_own_leads_to_the_one_firm_or_asks_which(client, county, firm, member, staff):
    client.force_login(member)
    assert client.get(url("own")).headers["Location"] == firm.get_absolute_url()
    baker.make_recipe("tests.membership", user=member, enterprise=baker.make_recipe("tests.enterprise", county=county))
    assert client.get(url("own")).status_code == 200
    client.force_login(staff)
    assert client.get(url("own")).status_code == 404
