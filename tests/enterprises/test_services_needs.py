"""A need's text and states: every move for every person, what a publication demands, what is announced."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate
from model_bakery import baker

from core.actor import Actor
from core.enums import Channel
from core.errors import DomainError, Invalid, NotPermitted, TransitionRefused
from core.models import AuditEvent, OutboxMessage
from enterprises import services
from enterprises.enums import NEED_MOVES, NeedStatus
from enterprises.models import Need
from enterprises.selectors import need_completeness
from tests import make

TEXT = {"title": "烟气治理", "situation": "硫化开模时白烟刺鼻"}


@pytest.fixture
def firm(county):
    return baker.make_recipe("tests.enterprise", county=county, name="坤岳橡塑科技股份有限公司")


@pytest.fixture
def member(firm):
    return make.member_of(firm)


@pytest.fixture
def draft(firm, member):
    return services.need_create(enterprise_id=firm.pk, values=TEXT, actor=Actor(user=member))


def topics():
    return list(OutboxMessage.objects.values_list("topic", flat=True))


# -- text


def test_a_firm_writes_a_draft_and_staff_write_one_for_it(firm, member, staff):
    own = services.need_create(
        enterprise_id=firm.pk, values={**TEXT, "types": ["technical"]}, actor=Actor(user=member),
        targets=[{"name": "臭气", "target": "20"}, {"name": ""}],
    )  # fmt: skip
    theirs = services.need_create(enterprise_id=firm.pk, values=TEXT, actor=Actor(user=staff))
    assert (own.status, own.source, own.county, own.targets.count()) == ("draft", "enterprise", firm.county, 1)
    assert (theirs.source, theirs.created_by) == ("staff", staff)
    assert "kunyue" not in own.public_search_text
    assert topics() == ["need.created", "need.created"]


def test_strangers_leaders_and_refused_firms_post_nothing(firm, leader, other_staff, member):
    with pytest.raises(NotPermitted):
        services.need_create(enterprise_id=firm.pk, values=TEXT, actor=Actor(user=leader))
    stranger = make.member_of(baker.make_recipe("tests.enterprise", county=firm.county))
    for user in (other_staff, stranger, make.expert_with_user(firm.county).user):
        with pytest.raises(firm.DoesNotExist):
            services.need_create(enterprise_id=firm.pk, values=TEXT, actor=Actor(user=user))
    firm.verification = "refused"
    firm.save()
    with pytest.raises(TransitionRefused):
        services.need_create(enterprise_id=firm.pk, values=TEXT, actor=Actor(user=member))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "长" * 41}, "title"),
        ({"situation": "长" * 801}, "situation"),
        ({"tried": "长" * 501}, "tried"),
        ({"types": ["magic"]}, "types"),
        ({"cooperation": ["magic"]}, "cooperation"),
        ({"constraints": {"magic": "x"}}, "constraints"),
        ({"constraints": {"cost": "长" * 201}}, "constraints"),
        ({"constraints": "x"}, "constraints"),
        ({"budget_min": 2, "budget_max": 1}, "budget_max"),
        ({"confidentiality": "magic"}, "confidentiality"),
        ({"summary": "长" * 301}, "summary"),
    ],
)
def test_a_bad_value_is_refused_beside_its_field(draft, member, values, field):
    with pytest.raises(Invalid) as refused:
        services.need_update(need_id=draft.pk, values=values, actor=Actor(user=member))
    assert refused.value.field == field
    draft.refresh_from_db()
    assert draft.version == 1


@pytest.mark.parametrize("key", ["status", "officer", "county", "published_at", "rewrite_text", "version"])
def test_columns_of_others_are_not_written(draft, member, key):
    with pytest.raises(Invalid) as refused:
        services.need_update(need_id=draft.pk, values={key: 1}, actor=Actor(user=member))
    assert refused.value.code == "unknown_field"


def test_targets_have_names_and_limits(draft, member):
    for rows in ([{"target": "20"}], [{"name": "长" * 61}], [{"name": "甲"}] * 21):
        with pytest.raises(Invalid) as refused:
            services.need_update(need_id=draft.pk, values={}, targets=rows, actor=Actor(user=member))
        assert refused.value.field == "targets"


def test_hostile_text_is_kept_as_text(draft, member):
    hostile = "<script>alert(1)</script>\x00\u202e=1+1 𝕏 \ud800"
    need = services.need_update(
        need_id=draft.pk, values={"sub_field": hostile, "tried": hostile}, actor=Actor(user=member)
    )
    need.refresh_from_db()
    assert "\x00" not in need.tried
    assert "=1+1" in need.tried


def test_long_imported_texts_stay_until_somebody_changes_them(firm, staff):
    long = "长" * 900
    need = services.need_create(
        enterprise_id=firm.pk,
        values={"title": "甲", "situation": long},
        actor=Actor(user=staff, channel=Channel.IMPORT),
    )
    services.need_update(need_id=need.pk, values={"situation": long, "tried": "乙"}, actor=Actor(user=staff))
    with pytest.raises(Invalid):
        services.need_update(need_id=need.pk, values={"situation": long + "长"}, actor=Actor(user=staff))


def test_what_the_engine_reads_is_announced_only_while_it_reads(firm, staff):
    need = make.need(firm, summary="摘要")
    services.need_update(need_id=need.pk, values={"decision_maker": "王总"}, actor=Actor(user=staff))
    assert topics() == []
    services.need_update(need_id=need.pk, values={"situation": "新的描述"}, actor=Actor(user=staff))
    assert topics() == ["need.changed"]
    need.refresh_from_db()
    assert need.version == 3


def test_the_original_stays_beside_the_technical_statement(draft, member, staff, leader):
    with pytest.raises(NotPermitted):
        services.need_rewrite(need_id=draft.pk, rewrite_title="甲", rewrite_text="乙", actor=Actor(user=member))
    Need.objects.update(status="submitted")
    with pytest.raises(NotPermitted):
        services.need_rewrite(need_id=draft.pk, rewrite_title="甲", rewrite_text="乙", actor=Actor(user=leader))
    need = services.need_rewrite(need_id=draft.pk, rewrite_title="甲", rewrite_text="乙", actor=Actor(user=staff))
    assert (need.situation, need.rewrite_text, need.rewritten_by) == (TEXT["situation"], "乙", staff)
    with pytest.raises(Invalid) as refused:
        services.need_rewrite(
            need_id=draft.pk, rewrite_title="甲", rewrite_text="坤岳橡塑科技的烟气", actor=Actor(user=staff)
        )
    assert refused.value.code == "names_firm"


# -- states

MOVES = {
    "submit": (services.need_submit, NeedStatus.SUBMITTED, {}),
    "return": (services.need_return, NeedStatus.RETURNED, {"reason": "请补指标"}),
    "reject": (services.need_reject, NeedStatus.REJECTED, {"reason": "不属技术需求"}),
    "publish": (services.need_publish, NeedStatus.PUBLISHED, {}),
    "unmet": (services.need_mark_unmet, NeedStatus.UNMET, {}),
    "withdraw": (services.need_withdraw, NeedStatus.WITHDRAWN, {"reason": "已自行解决"}),
    "resolve": (services.need_resolve, NeedStatus.RESOLVED, {}),
    "close": (services.need_close, NeedStatus.CLOSED, {}),
}
BY_FIRM = ("submit", "withdraw")


@pytest.mark.parametrize("before", NeedStatus.values)
@pytest.mark.parametrize("name", MOVES)
def test_each_move_from_each_state(firm, staff, name, before):
    service, after, values = MOVES[name]
    need = make.need(firm, status=before, summary="摘要", source="staff", deadline=date(2099, 1, 1))
    allowed = after in NEED_MOVES[before] and not (name == "publish" and before == "in_progress")
    if before == after:
        assert service(need_id=need.pk, actor=Actor(user=staff), **values).status == after
        assert not AuditEvent.objects.filter(user=staff).exists()
    elif allowed:
        service(need_id=need.pk, actor=Actor(user=staff), **values)
        need.refresh_from_db()
        event = AuditEvent.objects.get(user=staff)
        assert (need.status, event.old, event.new) == (after, before, after)
        assert OutboxMessage.objects.count() == 1
    else:
        with pytest.raises(TransitionRefused):
            service(need_id=need.pk, actor=Actor(user=staff), **values)
        need.refresh_from_db()
        assert need.status == before


@pytest.mark.parametrize("name", MOVES)
def test_each_move_for_member_leader_and_stranger(firm, member, leader, other_staff, name):
    service, after, values = MOVES[name]
    before = next(
        state for state in NEED_MOVES if (after in NEED_MOVES[state] and state != "draft") or name == "submit"
    )
    need = make.need(firm, status=before, summary="摘要", source="staff")
    with pytest.raises(Need.DoesNotExist):
        service(need_id=need.pk, actor=Actor(user=other_staff), **values)
    with pytest.raises(NotPermitted):
        service(need_id=need.pk, actor=Actor(user=leader), **values)
    if name in BY_FIRM:
        assert service(need_id=need.pk, actor=Actor(user=member), **values).status == after
    else:
        with pytest.raises(NotPermitted):
            service(need_id=need.pk, actor=Actor(user=member), **values)


@pytest.mark.parametrize("name", ["return", "reject", "withdraw"])
def test_no_negative_decision_without_a_reason(firm, staff, name):
    need = make.need(firm, status="submitted")
    for reason in ("", "  \n", "长" * 301):
        with pytest.raises(Invalid) as refused:
            MOVES[name][0](need_id=need.pk, reason=reason, actor=Actor(user=staff))
        assert refused.value.field == "reason"


def test_an_empty_draft_is_not_handed_over(firm, member):
    need = services.need_create(enterprise_id=firm.pk, values={"title": "甲"}, actor=Actor(user=member))
    with pytest.raises(Invalid) as refused:
        services.need_submit(need_id=need.pk, actor=Actor(user=member))
    assert refused.value.code == "incomplete"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"blind_title": ""}, "blind_title_required"),
        ({"summary": ""}, "summary_required"),
        ({"confidentiality": "directed", "summary": ""}, "summary_required"),
        ({"blind_title": "坤岳橡塑科技烟气"}, "names_firm"),
        ({"summary": "坤岳橡塑科技股份有限公司的烟气"}, "names_firm"),
        ({"confidentiality": "open", "summary": "", "situation": "坤岳橡塑科技的车间"}, "names_firm"),
        ({"confidentiality": "open", "summary": "", "situation": "坤岳橡塑科技的车间", "rewrite_text": "某车间"}, None),
        ({"confidentiality": "open", "summary": ""}, None),
    ],
)
def test_what_a_publication_demands(firm, staff, fields, code):
    need = make.need(firm, **{"status": "submitted", "summary": "摘要", "confidentiality": "summary"} | fields)
    if code is None:
        assert services.need_publish(need_id=need.pk, actor=Actor(user=staff)).status == "published"
    else:
        with pytest.raises(Invalid) as refused:
            services.need_publish(need_id=need.pk, actor=Actor(user=staff))
        assert refused.value.code == code


def test_a_published_text_may_not_come_to_name_the_firm(firm, staff):
    need = make.need(firm, summary="摘要")
    with pytest.raises(Invalid) as refused:
        services.need_update(need_id=need.pk, values={"summary": "坤岳橡塑科技求助"}, actor=Actor(user=staff))
    assert refused.value.code == "names_firm"


def test_only_the_clock_expires(firm, staff):
    late = make.need(firm, deadline=localdate() - timedelta(days=1))
    with pytest.raises(NotPermitted):
        services.need_expire(need_id=late.pk, actor=Actor(user=staff))
    assert services.need_expire(need_id=late.pk, actor=Actor.system()).status == "expired"
    with pytest.raises(Invalid) as refused:
        services.need_publish(need_id=late.pk, actor=Actor(user=staff))
    assert refused.value.code in ("deadline_passed", "summary_required")
    due = make.need(firm, deadline=localdate())
    assert services.need_expire(need_id=due.pk, actor=Actor.system()).status == "published"


def test_the_officer_is_staff_of_the_county(firm, staff, admin, other_staff):
    need = make.need(firm)
    assert services.need_assign(need_id=need.pk, officer_id=admin.pk, actor=Actor(user=staff)).officer == admin
    with pytest.raises(Invalid):
        services.need_assign(need_id=need.pk, officer_id=other_staff.pk, actor=Actor(user=staff))


def test_staff_acting_for_a_firm_leave_its_code(draft, firm, staff):
    Need.objects.update(source="staff")
    services.need_submit(need_id=draft.pk, actor=Actor(user=staff, on_behalf_of=firm.code))
    assert AuditEvent.objects.get(verb="submitted").on_behalf_of == firm.code


# -- bulk


def test_bulk_decisions_hold_as_a_whole(firm, staff, admin, other_staff):
    needs = [make.need(firm, status="submitted", summary="摘要") for _n in range(3)]
    ids = [need.pk for need in needs]
    assert services.needs_assign(need_ids=ids, officer_id=admin.pk, actor=Actor(user=staff)) == 3
    Need.objects.filter(pk=ids[1]).update(blind_title="")
    with pytest.raises(DomainError):
        services.needs_publish(need_ids=ids, actor=Actor(user=staff))
    Need.objects.update(blind_title="对外")
    assert services.needs_publish(need_ids=ids, actor=Actor(user=staff)) == 3
    assert services.needs_withdraw(need_ids=ids, reason="统一清理", actor=Actor(user=staff)) == 3
    assert set(Need.objects.values_list("status", flat=True)) == {"withdrawn"}
    with pytest.raises(Need.DoesNotExist):
        services.needs_assign(need_ids=ids, officer_id=admin.pk, actor=Actor(user=other_staff))


def test_completeness_counts_what_is_there(firm):
    need = make.need(firm, situation="", types=[], blind_title="")
    assert need_completeness(need).percent == 8
    assert str(need_completeness(need).missing[0]) == "现状与问题"
    full = make.need(
        firm, situation="长" * 60, tried="甲", chain=baker.make_recipe("tests.chain", county=firm.county), summary="乙",
        budget_max=1, cooperation=["joint"], deadline=localdate(), ip_expectation="丙", decision_maker="丁",
        constraints={"cost": "戊"},
    )  # fmt: skip
    baker.make("enterprises.NeedTarget", need=full, name="指标")
    assert (need_completeness(full).percent, need_completeness(full).missing) == (100, ())
