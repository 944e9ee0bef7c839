"""The closed filter lists: they find what they should, and never answer a question the reader may not ask."""

from datetime import date
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from model_bakery import baker

from enterprises.filters import EnterpriseFilter, NeedFilter
from enterprises.models import Enterprise, Need
from enterprises.services.base import derive
from enterprises.services.needs import refresh_search
from tests import make


def found(kind, user, query):
    model = Enterprise if kind is EnterpriseFilter else Need
    filterset = kind(QueryDict(query), model.objects.visible_to(user), request=SimpleNamespace(user=user))
    assert filterset.is_valid(), filterset.errors
    return list(filterset.qs)


@pytest.fixture
def firm(county):
    firm = baker.make_recipe(
        "tests.enterprise", county=county, name="坤岳橡塑科技股份有限公司", main_products="三元乙丙密封条",
        credit_code="91370828778346811K", qualifications=["high_tech"],
    )  # fmt: skip
    derive(firm)
    firm.save()
    return firm


@pytest.fixture
def need(firm):
    need = make.need(
        firm, title="密封条硫化烟气治理", blind_title="橡胶制品烟气治理", summary="含硫油雾废气", types=["technical"],
        situation="开模瞬间冒白烟", source="visit", deadline=date(2027, 3, 1),
    )  # fmt: skip
    refresh_search(need)
    need.save()
    return need


@pytest.mark.parametrize("words", ["坤岳橡塑", "橡塑 科技", "kunyue", "KYXS", "密封条", "91370828778346811k"])
def test_firms_are_found_by_name_pinyin_product_and_whole_credit_code(staff, firm, words):
    baker.make_recipe("tests.enterprise", county=firm.county, search_text=" bie de 别的 ")
    assert found(EnterpriseFilter, staff, f"search={words}") == [firm]


@pytest.mark.parametrize("words", ["913708", "1387777", "硫化机", "'; drop table--", "%", "_", "\\"])
def test_no_part_of_a_code_or_phone_and_nothing_hostile_finds_a_firm(staff, firm, words):
    firm.phone = "13877776666"
    firm.save()
    assert found(EnterpriseFilter, staff, urlencode({"search": words})) == []


def test_archived_firms_wait_to_be_asked_for(staff, firm):
    gone = baker.make_recipe("tests.enterprise", county=firm.county, status="archived")
    assert found(EnterpriseFilter, staff, "") == [firm]
    assert found(EnterpriseFilter, staff, "status=archived") == [gone]
    assert len(found(EnterpriseFilter, staff, "status=any")) == 2


def test_qualifications_and_types_are_found_inside_lists(staff, firm, need):
    assert found(EnterpriseFilter, staff, "qualification=high_tech") == [firm]
    assert found(EnterpriseFilter, staff, "qualification=gazelle") == []
    assert found(NeedFilter, staff, "type=technical&type=talent") == [need]
    assert found(NeedFilter, staff, "type=talent") == []


@pytest.mark.parametrize("words", ["硫化烟气", "坤岳", "白烟", "橡胶制品"])
def test_the_office_searches_the_whole_text(staff, need, words):
    assert found(NeedFilter, staff, f"search={words}") == [need]


@pytest.mark.parametrize(
    ("words", "hit"), [("橡胶制品", True), ("含硫油雾", True), ("坤岳", False), ("白烟", False), ("密封条", False)]
)
def test_an_expert_finds_a_need_only_by_what_the_expert_may_read(county, need, words, hit):
    expert = make.expert_with_user(county).user
    assert bool(found(NeedFilter, expert, f"search={words}")) is hit


def test_hidden_columns_are_no_oracle(county, firm, need):
    park = baker.make_recipe("tests.park", county=county)
    Enterprise.objects.update(park=park)
    expert = make.expert_with_user(county).user
    for query in (f"park={park.code}", "source=visit", "submitted_after=2000-01-01", f"enterprise={firm.code}"):
        assert found(NeedFilter, expert, query) == []
    member = make.member_of(firm)
    assert found(NeedFilter, member, f"enterprise={firm.code.lower()}") == [need]


def test_choices_stay_in_the_readers_counties(staff, other_county):
    baker.make_recipe("tests.chain", county=other_county)
    baker.make_recipe("tests.park", county=other_county)
    form = NeedFilter(QueryDict(""), Need.objects.none(), request=SimpleNamespace(user=staff)).form
    assert [len(form.fields[name].queryset) for name in ("chain", "park")] == [0, 0]
    assert [row.pk for row in form.fields["officer"].queryset] == [staff.pk]


def test_deadlines_bound_by_days_that_databases_know(staff, need):
    assert found(NeedFilter, staff, "deadline_before=2027-03-01&deadline_after=2027-03-01") == [need]
    assert found(NeedFilter, staff, "deadline_after=2027-03-02") == []
    for day in ("0001-01-01", "9999-12-31", "gestern"):
        filterset = NeedFilter(
            QueryDict(f"deadline_after={day}"), Need.objects.all(), request=SimpleNamespace(user=staff)
        )
        assert not filterset.is_valid()


def test_states_and_stages(staff, firm):
    rows = {status: make.need(firm, status=status) for status in ("submitted", "published", "unmet", "closed")}
    assert set(found(NeedFilter, staff, "stage=open")) == {rows["published"], rows["unmet"]}
    assert set(found(NeedFilter, staff, "status=closed&status=submitted")) == {rows["closed"], rows["submitted"]}
    assert len(found(NeedFilter, staff, "status=")) == 4  # the empty choice of the drop-down


def test_no_filter_looks_at_contacts():
    sensitive = ("phone", "email", "contact", "credit", "budget", "bounty", "decision", "remarks")
    names = [*EnterpriseFilter.base_filters, *NeedFilter.base_filters]
    columns = [one.field_name for kind in (EnterpriseFilter, NeedFilter) for one in kind.base_filters.values()]
    assert not [name for name in (*names, *columns) if any(word in name for word in sensitive)]
