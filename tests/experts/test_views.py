import pytest
from django.urls import reverse
from django.utils.timezone import localdate
from model_bakery import baker

from core.models import AuditEvent, SavedView
from experts.models import Expert, ExpertGroup
from tests import make

LIST = reverse("experts:expert-list")


@pytest.fixture
def expert(county):
    return baker.make_recipe(
        "tests.expert", county=county, name="张砚秋", phone="13800138000", email="zhang@example.com", remarks="内部备注"
    )


@pytest.fixture
def signed_in(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def url(name, *args):
    return reverse(f"experts:{name}", args=args)


# -- the list


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_is_read_in_flat_queries(signed_in, staff, county, django_assert_num_queries, count):
    chain = baker.make_recipe("tests.chain", county=county)
    mine = baker.make_recipe("tests.expert", county=county, _quantity=count)
    for expert in mine:
        expert.chains.add(chain)
        baker.make("experts.HometownTie", expert=expert, kind="birth", region=county)
    baker.make_recipe("tests.expert")  # a stranger's row that could leak
    client = signed_in(staff)
    client.get(LIST)  # the session's own stamp
    with django_assert_num_queries(LIST_QUERIES):
        response = client.get(LIST)
    assert sorted(expert.pk for expert in response.context["page_obj"]) == sorted(expert.pk for expert in mine)


# session, user, scopes, affiliations; rows and their count, chains, ties, groups; tabs: counts, saved views; choices of
# the filters: chains, groups; frame: county, roles and notices
LIST_QUERIES = 15


def test_the_list_keeps_its_queries_from_20_to_200_rows(signed_in, staff, county, django_assert_num_queries):
    baker.make_recipe("tests.expert", county=county, _quantity=20)
    client = signed_in(staff)
    client.get(LIST)
    with django_assert_num_queries(LIST_QUERIES):
        assert client.get(LIST).context["page_obj"].paginator.count == 20
    baker.make_recipe("tests.expert", county=county, _quantity=180)
    with django_assert_num_queries(LIST_QUERIES):
        assert client.get(LIST).context["page_obj"].paginator.count == 200


def test_tabs_count_what_their_lists_show(signed_in, staff, county):
    baker.make_recipe("tests.expert", county=county, _quantity=2)
    baker.make_recipe("tests.expert", county=county, consent="pending")
    baker.make_recipe("tests.expert", county=county, consent="refused")
    baker.make_recipe("tests.expert", county=county, load=3)
    baker.make_recipe("tests.expert", county=county, paused_from=localdate())
    baker.make_recipe("tests.expert", county=county, status="archived")
    client = signed_in(staff)
    for tab in client.get(LIST).context["tabs"]:
        shown = client.get(LIST + tab["url"]).context["page_obj"].paginator.count
        assert (tab["url"], tab["count"]) == (tab["url"], shown)


@pytest.mark.parametrize(
    "query",
    ["?ordering=-load", "?ordering=phone", "?page=99", "?page=x", "?cols=name&cols=nope", "?chain=x", "?search=%25"],
)
def test_odd_queries_still_answer(signed_in, staff, expert, query):
    assert signed_in(staff).get(LIST + query).status_code == 200


def test_the_list_shows_no_contact_and_no_action_to_a_leader(signed_in, leader, expert):
    page = signed_in(leader).get(LIST).content.decode()
    assert "13800138000" not in page
    assert url("expert-create") not in page
    assert 'name="codes"' not in page


def test_views_are_saved_counted_and_removed_by_their_owner(signed_in, staff, admin, expert):
    client = signed_in(staff)
    client.post(url("view-save"), {"name": "上海的", "query": "city=上海&page=3&csrfmiddlewaretoken=x"})
    view = SavedView.objects.get()
    assert (view.user, view.page, view.name) == (staff, "experts", "上海的")
    assert "page" not in view.query
    tab = client.get(LIST).context["tabs"][-1]
    assert (tab["label"], tab["count"]) == ("上海的", 0)
    signed_in(admin).post(f"{url('view-remove')}?name=上海的")
    assert SavedView.objects.count() == 1
    signed_in(staff).post(f"{url('view-remove')}?name=上海的")
    assert SavedView.objects.count() == 0


# -- sight


GETS = ("expert-detail", "expert-edit", "achievement-create", "merge-choose")
POSTS = (
    "expert-reveal", "expert-archive", "expert-restore", "user-unbind", "capacity", "pause", "resume", "consent",
    "contacted", "tie-add", "tie-remove", "posting-add", "posting-end", "appointment-add", "appointment-end",
    "group-join",
)  # fmt: skip


@pytest.mark.parametrize("name", GETS)
def test_pages_out_of_scope_are_not_found(signed_in, other_staff, expert, name):
    client = signed_in(other_staff)
    for code in (expert.code, "ZJ-NOSUCH"):
        assert client.get(url(name, code)).status_code == 404


@pytest.mark.parametrize("name", POSTS)
def test_writes_out_of_scope_are_not_found_and_never_by_get(signed_in, other_staff, staff, expert, name):
    assert signed_in(other_staff).post(url(name, expert.code)).status_code == 404
    assert signed_in(staff).get(url(name, expert.code)).status_code == 405
    assert AuditEvent.objects.count() == 0


def test_anonymous_people_are_sent_to_sign_in(client, expert):
    for address in (LIST, url("expert-detail", expert.code), url("own"), url("group-list")):
        assert client.get(address).status_code == 302


def test_the_page_masks_until_the_reveal_and_records_it(signed_in, staff, expert):
    client = signed_in(staff)
    page = client.get(url("expert-detail", expert.code)).content.decode()
    assert "13800138000" not in page
    assert "138****8000" in page
    fragment = client.post(url("expert-reveal", expert.code), headers={"HX-Request": "true"})
    assert "13800138000" in fragment.content.decode()
    assert "<html" not in fragment.content.decode()
    assert AuditEvent.objects.filter(verb="reveal", user=staff).count() == 1
    whole = client.post(url("expert-reveal", expert.code)).content.decode()
    assert "13800138000" in whole
    assert "<html" in whole


def test_a_leader_reads_and_changes_nothing(signed_in, leader, expert):
    client = signed_in(leader)
    page = client.get(url("expert-detail", expert.code)).content.decode()
    assert url("expert-edit", expert.code) not in page
    client.post(url("capacity", expert.code), {"capacity": 9})
    client.post(url("expert-reveal", expert.code))
    expert.refresh_from_db()
    assert expert.capacity == 3
    assert AuditEvent.objects.count() == 0


def test_a_group_mate_reads_the_profession_and_nothing_of_the_office(signed_in, county, expert):
    mate = make.expert_with_user(baker.make_recipe("tests.county"))
    group = baker.make("experts.ExpertGroup", county=county, name="组")
    for row in (expert, mate):
        baker.make("experts.GroupMembership", group=group, expert=row, started_on=None, ended_on=None)
    page = signed_in(mate.user).get(url("expert-detail", expert.code)).content.decode()
    assert "张砚秋" in page
    hidden_words = ("138****8000", "内部备注", url("expert-reveal", expert.code), "接单情况", "与本地关系", "授权情况")
    for hidden in hidden_words:
        assert hidden not in page


# -- writing


FORM = {
    "name": "王一",
    "institution": "某大学",
    "title": "教授",
    "research_fields": "催化、过滤",
    "identity": ["hometown"],
}


def test_staff_add_a_person_with_a_tie(signed_in, staff, county):
    baker.make_recipe("tests.town", parent=county, name="胡集镇", is_current=True)
    response = signed_in(staff).post(url("expert-create"), FORM | {"tie_kind": "birth", "tie_place": "胡集镇张楼"})
    expert = Expert.objects.get()
    assert response.url == url("expert-detail", expert.code)
    assert (expert.research_fields, expert.is_hometown) == (["催化", "过滤"], True)
    assert expert.ties.get().region.name == "胡集镇"


def test_a_possible_duplicate_is_shown_before_it_is_saved(signed_in, staff, county):
    known = baker.make_recipe("tests.expert", county=county, name="王一")
    client = signed_in(staff)
    response = client.post(url("expert-create"), FORM)
    assert response.context["duplicates"] == [known]
    assert Expert.objects.count() == 1
    client.post(url("expert-create"), FORM | {"is_other_person": "on"})
    assert Expert.objects.count() == 2


@pytest.mark.parametrize("role", ["leader", "expert", "firm"])
def test_only_staff_find_the_form_for_new_people(signed_in, county, leader, role):
    user = {
        "leader": lambda: leader,
        "expert": lambda: make.expert_with_user(county).user,
        "firm": lambda: make.member_of(baker.make_recipe("tests.enterprise", county=county)),
    }[role]()
    assert signed_in(user).get(url("expert-create")).status_code == 404


def test_errors_stand_beside_their_fields_and_keep_what_was_typed(signed_in, staff, county):
    response = signed_in(staff).post(url("expert-create"), FORM | {"phone": "12", "disciplines": "炼金术"})
    assert set(response.context["form"].errors) == {"phone", "disciplines"}
    assert "催化、过滤" in response.content.decode()


def test_a_stale_form_says_so_and_saves_nothing(signed_in, staff, expert):
    client = signed_in(staff)
    client.post(url("expert-edit", expert.code), FORM | {"version": 1})
    response = client.post(url("expert-edit", expert.code), FORM | {"version": 1, "title": "讲师"})
    assert response.status_code == 200
    assert response.context["form"].non_field_errors()
    expert.refresh_from_db()
    assert expert.title == "教授"


def test_the_person_edits_the_own_page_and_no_field_of_the_office(signed_in, county):
    own = make.expert_with_user(county, remarks="内部备注")
    client = signed_in(own.user)
    page = client.get(url("own")).content.decode()
    assert own.name in page
    assert "内部备注" not in page
    response = client.post(
        url("expert-edit", own.code), {"profile": "长期从事催化研究。", "remarks": "改", "is_advisor": "on"}
    )
    own.refresh_from_db()
    assert response.url == url("own")
    assert (own.profile, own.remarks, own.is_advisor) == ("长期从事催化研究。", "内部备注", False)


def test_the_person_sets_capacity_pause_and_consent(signed_in, county):
    own = make.expert_with_user(county, consent="pending")
    client, back = signed_in(own.user), {"next": url("own")}
    assert client.post(url("capacity", own.code), {"capacity": 5} | back).url == url("own")
    client.post(url("pause", own.code), back)
    client.post(url("consent", own.code), {"consent": "granted"} | back)
    own.refresh_from_db()
    assert (own.capacity, own.is_paused, own.consent) == (5, True, "granted")
    client.post(url("resume", own.code), back)
    own.refresh_from_db()
    assert not own.is_paused


def test_a_way_back_to_elsewhere_is_not_followed(signed_in, staff, expert):
    response = signed_in(staff).post(url("resume", expert.code), {"next": "https://evil.example/"})
    assert response.url == url("expert-detail", expert.code)


def test_the_person_reads_what_happened_without_names_and_notes_of_the_office(signed_in, staff, county):
    own = make.expert_with_user(county)
    signed_in(staff).post(url("contacted", own.code), {"on": localdate(), "note": "电话里说想减少接单"})
    page = signed_in(own.user).get(url("own")).content.decode()
    assert "联系专家" in page
    assert staff.name not in page
    assert "电话里说想减少接单" not in page


def test_an_account_without_a_row_is_told_whom_to_ask(signed_in, staff):
    response = signed_in(staff).get(url("own"))
    assert (response.status_code, response.context["expert"]) == (200, None)


def test_achievements_by_owner_staff_and_stranger(signed_in, staff, other_staff, county):
    own = make.expert_with_user(county)
    values = {"kind": "achievement", "title": "低温催化", "is_featured": "on"}
    assert signed_in(own.user).post(url("achievement-create", own.code), values).url == url("own")
    row = own.achievements.get()
    assert signed_in(other_staff).get(url("achievement-edit", own.code, row.code)).status_code == 404
    response = signed_in(staff).post(url("achievement-edit", own.code, row.code), values | {"title": "改名"})
    assert response.url == url("expert-detail", own.code)
    signed_in(staff).post(url("achievement-feature", own.code, row.code), {"is_featured": "0"})
    row.refresh_from_db()
    assert (row.title, row.is_featured) == ("改名", False)
    signed_in(own.user).post(url("achievement-remove", own.code, row.code))
    assert own.achievements.count() == 0


def test_ties_terms_and_appointments_are_kept_on_the_page(signed_in, staff, expert, county):
    client = signed_in(staff)
    client.post(url("tie-add", expert.code), {"kind": "birth", "region": county.code})
    client.post(url("tie-add", expert.code), {"kind": "birth"})  # no place: refused, said on the page
    client.post(url("posting-add", expert.code), {"team_name": "第六批", "post": "科技副镇长"})
    client.post(url("appointment-add", expert.code), {"title": "顾问", "started_on": "2026-01-01"})
    page = client.get(url("expert-detail", expert.code)).content.decode()
    assert "第六批" in page
    client.post(url("posting-end", expert.code), {"posting": expert.postings.get().pk})
    client.post(url("appointment-end", expert.code), {"appointment": expert.appointments.get().pk})
    client.post(url("tie-remove", expert.code), {"tie": expert.ties.get().pk})
    assert client.post(url("tie-remove", expert.code), {"tie": "1 or 1"}).status_code == 404
    assert client.post(url("tie-remove", expert.code), {"tie": "999999"}).status_code == 404
    assert (expert.ties.count(), expert.postings.get().ended_on) == (0, localdate())


# -- several at once


def test_a_bulk_change_is_shown_before_it_is_done(signed_in, staff, county):
    experts = baker.make_recipe("tests.expert", county=county, _quantity=3)
    codes = [expert.code for expert in experts]
    client = signed_in(staff)
    page = client.post(url("bulk"), {"do": "pause", "codes": codes})
    assert {expert.code for expert in page.context["experts"]} == set(codes)
    assert Expert.objects.filter(paused_from=None).count() == 3
    client.post(url("bulk"), {"do": "pause", "codes": codes, "confirmed": "1"})
    assert Expert.objects.filter(paused_from=localdate()).count() == 3


def test_a_bulk_change_asks_for_what_it_needs(signed_in, staff, county, other_county):
    expert = baker.make_recipe("tests.expert", county=county)
    foreign_chain = baker.make_recipe("tests.chain", county=other_county)
    chain = baker.make_recipe("tests.chain", county=county)
    client = signed_in(staff)
    data = {"do": "chain", "codes": [expert.code], "confirmed": "1"}
    assert client.post(url("bulk"), data).context["form"].errors
    assert client.post(url("bulk"), data | {"chain": foreign_chain.code}).context["form"].errors
    assert client.post(url("bulk"), data | {"chain": chain.code}).status_code == 302
    assert list(expert.chains.all()) == [chain]


def test_a_bulk_change_reaches_no_row_of_others(signed_in, staff, leader, county, other_county):
    ours, theirs = (baker.make_recipe("tests.expert", county=where) for where in (county, other_county))
    data = {"do": "archive", "codes": [ours.code, theirs.code], "confirmed": "1", "reason": "清理"}
    assert signed_in(staff).post(url("bulk"), data).status_code == 404
    assert signed_in(leader).post(url("bulk"), data | {"codes": [ours.code]}).status_code == 404
    assert Expert.objects.filter(status="archived").count() == 0


# -- merging and groups


def test_two_rows_are_compared_then_merged(signed_in, staff, county):
    keep, drop = (
        baker.make_recipe("tests.expert", county=county, name="张砚秋", title=title) for title in ("", "教授")
    )
    client = signed_in(staff)
    assert drop in client.get(url("merge-choose", keep.code)).context["page_obj"].object_list
    page = client.get(url("expert-merge", keep.code, drop.code))
    assert {line.label: line.note for line in page.context["lines"]}["职称"] == "filled"
    client.post(url("expert-merge", keep.code, drop.code), {"reason": "电话核实"})
    keep.refresh_from_db()
    drop.refresh_from_db()
    assert (keep.title, drop.status) == ("教授", "merged")
    assert client.get(url("expert-detail", drop.code)).status_code == 200


def test_merging_out_of_scope_is_not_found(signed_in, staff, county, other_county):
    ours, theirs = (baker.make_recipe("tests.expert", county=where) for where in (county, other_county))
    assert signed_in(staff).post(url("expert-merge", ours.code, theirs.code)).status_code == 404


def test_groups_are_made_joined_led_and_left(signed_in, staff, expert):
    client = signed_in(staff)
    client.post(url("group-create"), {"name": "化工与环保专家组"})
    group = ExpertGroup.objects.get()
    client.post(url("group-join", expert.code), {"group": group.code})
    client.post(url("group-lead", group.code), {"expert": expert.code})
    page = client.get(url("group-detail", group.code))
    assert [row.expert for row in page.context["current"]] == [expert]
    client.post(url("group-leave", group.code), {"expert": expert.code})
    assert group.memberships.get().ended_on == localdate()
    client.post(url("group-edit", group.code), {"name": "新材料专家组"})
    group.refresh_from_db()
    assert group.name == "新材料专家组"


def test_groups_out_of_scope_are_not_found(signed_in, other_staff, county, expert):
    group = baker.make("experts.ExpertGroup", county=county, name="组")
    client = signed_in(other_staff)
    assert client.get(url("group-detail", group.code)).status_code == 404
    for name in ("group-edit", "group-leave", "group-lead"):
        assert client.post(url(name, group.code), {"expert": expert.code}).status_code == 404


def test_a_group_shows_only_members_in_sight(signed_in, county, other_county):
    own = make.expert_with_user(other_county)
    mate = baker.make_recipe("tests.expert", county=county, name="本县人")
    gone = baker.make_recipe("tests.expert", county=county, name="已退出的人", status="archived")
    group = baker.make("experts.ExpertGroup", county=county, name="组")
    for row in (own, mate, gone):
        baker.make("experts.GroupMembership", group=group, expert=row, started_on=None, ended_on=None)
    page = signed_in(own.user).get(url("group-detail", group.code)).content.decode()
    assert "本县人" in page
    assert "已退出的人" not in page


def test_a_group_out_of_sight_is_named_but_not_linked(signed_in, other_staff, county, other_county):
    guest = baker.make_recipe("tests.expert", county=other_county)
    group = baker.make("experts.ExpertGroup", county=county, name="外县牵头的组")
    baker.make("experts.GroupMembership", group=group, expert=guest, started_on=None, ended_on=None)
    client = signed_in(other_staff)
    page = client.get(url("expert-detail", guest.code)).content.decode()
    assert "外县牵头的组" in page
    assert url("group-detail", group.code) not in page


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "'\"><img src=x>", "{{ 7*7 }}", "\u202e\u0000x", "𠮷" * 30]
)
def test_hostile_text_is_shown_as_text(signed_in, staff, county, text):
    client = signed_in(staff)
    client.post(url("expert-create"), FORM | {"profile": text, "title": text[:40], "remarks": text})
    client.post(url("expert-create"), FORM | {"name": text[:50]})
    for expert in Expert.objects.all():
        page = client.get(url("expert-detail", expert.code))
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()
        assert "<img src=x>" not in page.content.decode()
    assert client.get(LIST, {"search": text.replace("\u0000", "")}).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_a_persons_page_is_read_in_flat_queries(signed_in, staff, county, django_assert_num_queries, count):
    expert = baker.make_recipe("tests.expert", county=county)
    for number in range(count):
        baker.make_recipe("tests.achievement", expert=expert)
        baker.make("experts.HometownTie", expert=expert, kind="study", region=None, place=f"第{number}中学")
        baker.make("experts.Posting", expert=expert, post=f"职务{number}")
        baker.make("experts.Appointment", expert=expert, title=f"聘任{number}")
        expert.chains.add(baker.make_recipe("tests.chain", county=county))
        group = baker.make("experts.ExpertGroup", county=county, name=f"组{number}")
        baker.make("experts.GroupMembership", group=group, expert=expert, started_on=None, ended_on=None)
    client = signed_in(staff)
    client.get(url("expert-detail", expert.code))
    with django_assert_num_queries(DETAIL_QUERIES):
        client.get(url("expert-detail", expert.code))


# session, user, scopes; the row and its 7 relations; merged rows, timeline, namesakes; groups linked and to join,
# choices of places; frame: county, roles and notices
DETAIL_QUERIES = 20
