"""Runs: asked for in the transaction of a change, executed by a worker, stored need by need."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.timezone import now

from core import outbox
from core.models import Region
from enterprises.enums import OPEN_TO_MATCH
from enterprises.models import Need
from matching import selectors
from matching.engine.pipeline import build_corpus, corpus_cached, corpus_fingerprint, score
from matching.engine.start_text import load_start_text
from matching.enums import ResultStatus, RunStatus
from matching.models import Match, MatchResult, MatchRun
from matching.services.reasons import reasons_of

log = structlog.get_logger(__name__)
MAX_ATTEMPTS = 3
KEPT_CORPORA = 3
HEARTBEAT_SECONDS = 120


def run_request(*, county_id, trigger, need_id=None, requested_by_id=None):
    """One waiting run per need, or per county for all its open needs: many changes before it starts are one run.

    Runs in the caller's transaction or its own; the announcement follows the commit."""
    with transaction.atomic():
        try:
            with transaction.atomic():  # savepoint: the constraint finds the run that waits already
                run = MatchRun.objects.create(
                    county_id=county_id, need_id=need_id, trigger=trigger, requested_by_id=requested_by_id
                )
        except IntegrityError:
            waiting = MatchRun.objects.filter(status=RunStatus.QUEUED, need=need_id)
            queued = (waiting if need_id else waiting.filter(county=county_id)).first()
            if queued is None:  # it was claimed between the two statements: this change needs a run of its own
                return run_request(
                    county_id=county_id, trigger=trigger, need_id=need_id, requested_by_id=requested_by_id
                )
            return queued
        outbox.emit("match.requested", {"run_id": run.pk})
        return run


def run_claim(run_id):
    """Take a waiting run by compare-and-swap; None when somebody else has it or it is done."""
    claimed = MatchRun.objects.filter(pk=run_id, status=RunStatus.QUEUED).update(
        status=RunStatus.RUNNING, started_at=now(), heartbeat_at=now(), attempts=F("attempts") + 1, error=""
    )
    return MatchRun.objects.select_related("county").get(pk=run_id) if claimed else None


def run_execute(run, report=None):
    """Score and store a claimed run; ``report(done, total)`` follows it.

    Returns {"needs", "experts", "pairs", "no_candidate", "seconds"}."""
    started = now()
    inputs = selectors.engine_inputs(run.county, need_ids=[run.need_id] if run.need_id else None)
    MatchRun.objects.filter(pk=run.pk).update(total_count=len(inputs.needs), done_count=0)
    corpus = corpus_of(run.county_id, inputs)
    _heartbeat(run, 0)
    result = score(
        corpus,
        inputs.needs,
        inputs.facts,
        inputs.mask,
        inputs.config,
        top_k=settings.MATCH_TOP_K,
        progress=lambda done, total: _heartbeat(run, 0),
    )
    reverse = _by_need(result)
    docs = {need.id: need for need in inputs.needs}
    missing = 0
    for done, (need_id, found) in enumerate(sorted(result.needs.items()), start=1):
        reasons = {
            pair.expert_id: reasons_of(corpus, docs[need_id], pair, inputs, found.stats) for pair in found.matches
        }
        stored = _store(run, found, inputs.versions[need_id], reverse.get(need_id, ()), reasons, len(inputs.experts))
        missing += stored is not None and stored.status == ResultStatus.NO_CANDIDATE
        _heartbeat(run, done)
        if report is not None:
            report(done, len(inputs.needs))
    seconds = (now() - started).total_seconds()
    MatchRun.objects.filter(pk=run.pk).update(
        status=RunStatus.COMPLETE,
        finished_at=now(),
        seconds=seconds,
        pair_count=result.pairs,
        fingerprint=result.corpus_fingerprint,
        config=asdict(inputs.config),
    )
    with transaction.atomic():
        outbox.emit("match.complete", {"run_id": run.pk})
    return {
        "needs": len(inputs.needs),
        "experts": len(inputs.experts),
        "pairs": result.pairs,
        "no_candidate": missing,
        "seconds": round(seconds, 2),
    }


def corpora_folder(county_id):
    return Path(settings.VAR_DIR) / "corpora" / str(county_id)


def corpus_of(county_id, inputs):
    """The trained corpus of these experts, from the machine's folder when it was built before."""
    folder = corpora_folder(county_id)
    fingerprint = corpus_fingerprint(inputs.experts, (), load_start_text(), inputs.config.text)
    corpus = corpus_cached(
        folder, fingerprint, lambda: build_corpus(inputs.experts, config=inputs.config, folder=folder.parent)
    )
    kept = sorted(folder.glob("corpus-*.bin"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in kept[KEPT_CORPORA:]:
        old.unlink(missing_ok=True)
    return corpus


def _heartbeat(run, done):
    MatchRun.objects.filter(pk=run.pk).update(heartbeat_at=now(), done_count=done)


def _by_need(result):
    """Pairs that only the expert's side keeps, by need."""
    found: dict[Any, Any] = {}
    for pairs in result.experts.values():
        for pair in pairs:
            found.setdefault(pair.need_id, []).append(pair)
    return found


def _store(run, found, version, reverse, reasons, expert_count):
    """Supersede the need's current result with this one. Returns None when the need changed meanwhile: its own change
    has asked for a run of its own."""
    with transaction.atomic():
        need = Need.objects.select_for_update(no_key=True).filter(pk=found.need_id).first()
        if need is None or need.version != version or need.status not in OPEN_TO_MATCH:
            return None
        MatchResult.objects.filter(need=need).current().update(status=ResultStatus.SUPERSEDED)
        result = MatchResult.objects.create(
            run=run,
            need=need,
            status=ResultStatus.PUBLISHED if found.status == "complete" else ResultStatus.NO_CANDIDATE,
            need_version=version,
            candidate_count=expert_count,
            masked=dict(found.masked),
            stats=asdict(found.stats) | {"best_strength": _finite(found.best_strength), "threshold": found.threshold},
        )
        ranked = {pair.expert_id for pair in found.matches}
        rows = [_match(result, pair, pair.rank, *reasons[pair.expert_id]) for pair in found.matches]
        rows += [_match(result, pair, None, [], []) for pair in reverse if pair.expert_id not in ranked]
        Match.objects.bulk_create(rows, batch_size=500)
        outbox.emit("match.published", {"need_id": need.pk, "result_id": result.pk})
        return result


def _finite(value):
    """JSON has no infinities: no eligible expert at all is stored as null."""
    return value if value not in (float("inf"), float("-inf")) else None


def _match(result, pair, rank, reasons, cautions):
    return Match(
        result=result,
        expert_id=pair.expert_id,
        rank=rank,
        score=pair.score,
        similarity=pair.similarity,
        band=str(pair.band),
        parts=dict(pair.parts),
        reasons=reasons,
        cautions=cautions,
    )


def run_failed(run, exc):
    """Back to the queue, or to a person after the third try."""
    attempts = MatchRun.objects.values_list("attempts", flat=True).get(pk=run.pk)
    final = attempts >= MAX_ATTEMPTS
    try:
        MatchRun.objects.filter(pk=run.pk).update(
            status=RunStatus.ERROR if final else RunStatus.QUEUED, error=f"{type(exc).__name__}: {exc}"[:2000]
        )
    except IntegrityError:  # a newer run of the same scope waits already and does this one's work
        MatchRun.objects.filter(pk=run.pk).update(status=RunStatus.ERROR, error="superseded by a newer run")


def runs_to_resume():
    """Ids of waiting runs that nobody announced, and of runs whose worker went silent (put back first)."""
    silent = now() - timedelta(seconds=HEARTBEAT_SECONDS)
    for run in MatchRun.objects.filter(status=RunStatus.RUNNING, heartbeat_at__lt=silent):
        run_failed(run, TimeoutError("the worker went silent"))
    waiting = MatchRun.objects.filter(status=RunStatus.QUEUED, created_at__lt=now() - timedelta(seconds=20))
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:50])


def counties_with_open_needs():
    open_needs = Need.objects.filter(status__in=OPEN_TO_MATCH)
    return list(Region.objects.filter(pk__in=open_needs.values("county")).order_by("code"))
