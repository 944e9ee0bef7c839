"""Runs: asked for once, executed once, stored need by need, superseded and never rewritten."""

import pytest
from django.db import transaction
from model_bakery import baker

from core.models import OutboxMessage
from enterprises.models import Need
from matching import services, tasks
from matching.enums import MarkKind, RunStatus, RunTrigger
from matching.models import Match, MatchResult, MatchRun, PairMark, Recusal
from tests import make

pytestmark = pytest.mark.django_db


def run(need, **changes):
    request = services.run_request(county_id=need.county_id, need_id=need.pk, trigger=RunTrigger.STAFF, **changes)
    tasks.run_match(request.pk)
    return MatchRun.objects.get(pk=request.pk)


def ranked(need):
    result = MatchResult.objects.current().get(need=need)
    return list(Match.objects.filter(result=result, rank__isnull=False).order_by("rank"))


def test_many_changes_are_one_waiting_run(county):
    runs = {services.run_request(county_id=county.pk, trigger=RunTrigger.EXPERTS).pk for _ in range(5)}
    assert len(runs) == 1
    assert OutboxMessage.objects.filter(topic="match.requested").count() == 1


def test_a_running_run_does_not_swallow_later_changes(county):
    first = services.run_request(county_id=county.pk, trigger=RunTrigger.EXPERTS)
    assert services.run_claim(first.pk)
    assert services.run_claim(first.pk) is None  # a second delivery of the same id
    assert services.run_request(county_id=county.pk, trigger=RunTrigger.EXPERTS).pk != first.pk


def test_a_run_ranks_stores_and_explains(need, market):
    done = run(need)
    assert (done.status, done.done_count, done.pair_count) == (RunStatus.COMPLETE, 1, 3)
    best = ranked(need)[0]
    assert best.expert == market[0]
    assert best.reasons[0]["weight"] > 0
    assert {"term_hit"} <= {reason["kind"] for reason in best.reasons}
    assert sum(best.parts.values()) == pytest.approx(best.score, abs=1e-6)
    assert done.fingerprint
    assert make.unsound() == []


def test_a_newer_run_supersedes_and_keeps_the_older_scores(need, market):
    run(need)
    before = MatchResult.objects.get()
    scores = list(before.matches.values_list("expert", "score"))
    run(need)
    before.refresh_from_db()
    assert before.status == "superseded"
    assert list(before.matches.values_list("expert", "score")) == scores
    assert MatchResult.objects.current().count() == 1


@pytest.mark.parametrize(
    ("reason", "keep_out"),
    [
        ("full", lambda need, expert: type(expert).objects.filter(pk=expert.pk).update(capacity=0)),
        (
            "blocked",
            lambda need, expert: baker.make(
                PairMark, need=need, expert=expert, kind=MarkKind.BLOCKED, reason_code="mismatch"
            ),
        ),
        (
            "recusal",
            lambda need, expert: baker.make(Recusal, enterprise=need.enterprise, expert=expert, reason="同学"),
        ),
        (
            "same_unit",
            lambda need, expert: (
                type(expert)
                .objects.filter(pk=expert.pk)
                .update(institution=baker.make_recipe("tests.institution", name=need.enterprise.name))
            ),
        ),
    ],
)
def test_hard_constraints_keep_the_best_expert_out_and_say_why(need, market, reason, keep_out):
    keep_out(need, market[0])
    run(need)
    assert market[0] not in [match.expert for match in ranked(need)]
    assert MatchResult.objects.current().get().masked == {reason: 1}


def test_a_directed_need_reaches_only_those_who_agreed(need, market):
    type(market[0]).objects.filter(pk=market[0].pk).update(consent="pending")
    run(need)
    assert ranked(need)[0].expert == market[0]
    Need.objects.filter(pk=need.pk).update(confidentiality="directed")
    run(need)
    assert MatchResult.objects.current().get().masked == {"confidential": 1}


def test_who_refused_matching_is_not_read_at_all(need, market):
    type(market[0]).objects.filter(pk=market[0].pk).update(consent="refused")
    assert run(need).pair_count == 2


def test_a_need_foreign_to_the_register_has_no_candidate(need, market):
    Need.objects.filter(pk=need.pk).update(
        title="立方星姿态控制", situation="六单元立方星入轨后飞轮饱和，磁力矩器卸载时指向抖动超标。", chain=None
    )
    run(need)
    assert MatchResult.objects.current().get().status == "no_candidate"


def test_a_need_changed_in_mid_run_keeps_its_older_result(need, market, monkeypatch):
    run(need)
    request = services.run_claim(
        services.run_request(county_id=need.county_id, need_id=need.pk, trigger=RunTrigger.STAFF).pk
    )
    real = services.runs.score

    def edited_meanwhile(*args, **kwargs):
        Need.objects.filter(pk=need.pk).update(version=need.version + 1)
        return real(*args, **kwargs)

    monkeypatch.setattr(services.runs, "score", edited_meanwhile)
    services.run_execute(request)
    assert MatchResult.objects.count() == 1


def test_a_failing_run_is_tried_three_times_then_left_to_a_person(need, monkeypatch):
    def broken(run, **_kwargs):
        raise RuntimeError("disk")

    monkeypatch.setattr(services, "run_execute", broken)
    request = services.run_request(county_id=need.county_id, need_id=need.pk, trigger=RunTrigger.STAFF)
    for _attempt in range(3):
        with pytest.raises(RuntimeError):
            tasks.run_match(request.pk)
    request.refresh_from_db()
    assert (request.status, request.attempts) == (RunStatus.ERROR, 3)


def test_a_silent_worker_gives_its_run_back(need, market):
    request = services.run_request(county_id=need.county_id, need_id=need.pk, trigger=RunTrigger.STAFF)
    assert services.run_claim(request.pk)
    MatchRun.objects.update(heartbeat_at="2026-01-01T00:00:00Z", created_at="2026-01-01T00:00:00Z")
    tasks.sweep_runs()
    request.refresh_from_db()
    assert request.status == RunStatus.COMPLETE


def test_publishing_scores_in_the_background(need, market, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        from core import outbox  # noqa: PLC0415  beside its use

        outbox.emit("need.published", {"id": need.pk})
    assert MatchResult.objects.current().get(need=need).status == "published"


@pytest.mark.parametrize("texts", [{"title": "蒜", "situation": ""}, {"title": "！？", "situation": "…"}])
def test_thin_needs_get_an_honest_answer(need, market, texts):
    Need.objects.filter(pk=need.pk).update(chain=None, **texts)
    assert run(need).status == RunStatus.COMPLETE


def test_a_county_without_experts(need):
    assert run(need).status == RunStatus.COMPLETE
    assert MatchResult.objects.current().get().status == "no_candidate"
