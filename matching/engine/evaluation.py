"""Judged-mode measures of the production pipeline, with bootstrap intervals.

Conventions: gain 2**grade - 1; relevant is grade >= 2; measures per need, then the mean; ties count against the system;
needs with fewer than five judged candidates or none above grade 0 are left out, those without a relevant one out of
MAP, P@5 and AUC.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.engine import bands, pipeline
from matching.engine.config import Config
from matching.engine.corpus import describe
from matching.engine.types import AchievementDoc, ExpertDoc, NeedDoc

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Qrels = Mapping[str, Mapping[str, int]]

RELEVANT = 2
FEWEST_JUDGED = 5
DRAWS = 5000
SEED = 7
MEASURES = ("ndcg@10", "map", "p@5", "auc")


@dataclass(frozen=True)
class Interval:
    """Mean over needs with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float
    needs: int


@dataclass(frozen=True)
class Collection:
    """Texts of one evaluation set; ids of the files are kept beside the engine's numbers."""

    needs: tuple[NeedDoc, ...]
    experts: tuple[ExpertDoc, ...]
    need_keys: tuple[str, ...]
    expert_keys: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """What the command prints."""

    measures: dict[str, Interval]
    per_need: dict[str, dict[str, float]] = field(default_factory=dict)
    bands: dict[str, dict[str, float]] = field(default_factory=dict)
    no_candidate: tuple[str, ...] = ()
    corpus: dict[str, object] = field(default_factory=dict)
    needs: int = 0
    candidates: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Plain data; the four measures also flat, for scripts."""
        flat = {name: interval.mean for name, interval in self.measures.items()}
        return {**flat, **asdict(self)}


def worst_case_order(scores: Floats, grades: Ints) -> Ints:
    """Positions by descending score; among equal scores the lower grade comes first."""
    return np.lexsort((grades, -scores))


def ndcg(grades: Sequence[int] | Ints, at: int = 10) -> float:
    """Normalised discounted gain of grades in ranked order; 0 when nothing has a gain."""
    ranked = np.asarray(grades, dtype=np.float64)
    discount = 1.0 / np.log2(np.arange(2, at + 2))
    gain = 2.0**ranked - 1.0
    ideal = np.sort(gain)[::-1][:at]
    best = float((ideal * discount[: len(ideal)]).sum())
    top = gain[:at]
    return float((top * discount[: len(top)]).sum()) / best if best > 0 else 0.0


def average_precision(grades: Sequence[int] | Ints) -> float:
    """Mean of the precision at every relevant place, over the judged candidates in ranked order."""
    relevant = np.asarray(grades) >= RELEVANT
    if not relevant.any():
        return 0.0
    precision = np.cumsum(relevant) / np.arange(1, len(relevant) + 1)
    return float(precision[relevant].mean())


def precision_at(grades: Sequence[int] | Ints, at: int = 5) -> float:
    """Share of relevant among the first ``at`` places."""
    return float((np.asarray(grades)[:at] >= RELEVANT).sum()) / at


def auc(scores: Floats, grades: Ints) -> float:
    """Chance that a relevant candidate scores strictly above another; NaN when one of the two is missing."""
    high, low = scores[grades >= RELEVANT], scores[grades < RELEVANT]
    if not len(high) or not len(low):
        return float("nan")
    return float((high[:, None] > low[None, :]).mean())


def measure_need(scores: Floats, grades: Ints) -> dict[str, float]:
    """The four measures of one need; NaN where a convention leaves it out."""
    nothing = float("nan")
    if len(grades) < FEWEST_JUDGED or not (grades > 0).any():
        return dict.fromkeys(MEASURES, nothing)
    ranked = grades[worst_case_order(scores, grades)]
    if not (grades >= RELEVANT).any():
        return {"ndcg@10": ndcg(ranked), "map": nothing, "p@5": nothing, "auc": nothing}
    return {
        "ndcg@10": ndcg(ranked),
        "map": average_precision(ranked),
        "p@5": precision_at(ranked),
        "auc": auc(scores, grades),
    }


def bootstrap(values: Sequence[float] | Floats, *, draws: int = DRAWS, seed: int = SEED) -> Interval:
    """Mean and 95 % interval over needs drawn with replacement; NaN entries are left out first."""
    known = np.asarray(values, dtype=np.float64)
    known = known[~np.isnan(known)]
    if not len(known):
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    picks = np.random.default_rng(seed).integers(0, len(known), size=(draws, len(known)))
    low, high = np.percentile(known[picks].mean(axis=1), [2.5, 97.5])
    return Interval(float(known.mean()), float(low), float(high), len(known))


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """Objects of a JSON-lines file; empty lines are skipped."""
    with path.open(encoding="utf-8-sig") as handle:
        return [json.loads(line) for line in handle if line.strip()]


def read_collection(needs: Path, candidates: Path) -> Collection:
    """Needs {id, title, description, keywords?} and candidates {id, headline?, research_fields, bio, achievements}."""
    need_rows, expert_rows = read_jsonl(needs), read_jsonl(candidates)
    achievement = iter(range(1, 1 + sum(len(row.get("achievements") or []) for row in expert_rows)))
    return Collection(
        needs=tuple(
            NeedDoc(
                id=number,
                title=row.get("title") or "",
                description=row.get("description") or "",
                keywords=_strings(row.get("keywords")),
            )
            for number, row in enumerate(need_rows, start=1)
        ),
        experts=tuple(
            ExpertDoc(
                id=number,
                headline=row.get("headline") or "",
                fields=_strings(row.get("research_fields")),
                bio=row.get("bio") or "",
                achievements=tuple(
                    AchievementDoc(next(achievement), item.get("title") or "", item.get("summary") or "")
                    for item in row.get("achievements") or []
                ),
            )
            for number, row in enumerate(expert_rows, start=1)
        ),
        need_keys=tuple(str(row["id"]) for row in need_rows),
        expert_keys=tuple(str(row["id"]) for row in expert_rows),
    )


def _strings(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value.strip() else ()
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else ()


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """need, candidate, grade, tab-separated."""
    found: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8") as handle:
        for line in handle:
            if line.strip():
                need, candidate, grade = line.rstrip("\r\n").split("\t")
                found.setdefault(need, {})[candidate] = int(grade)
    return found


def evaluate(
    collection: Collection,
    qrels: Qrels | None = None,
    *,
    config: Config | None = None,
    run: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Train on the texts (never the qrels), score every pair, measure, and write the run when asked."""
    report = progress or (lambda _message: None)
    settings = config or Config()
    started = time.perf_counter()
    corpus = pipeline.build_corpus(collection.experts, collection.needs, config=settings, progress=report)
    report("score")
    judged = qrels or {}
    column = {key: number for number, key in enumerate(collection.expert_keys)}
    per_need: dict[str, dict[str, float]] = {}
    graded: list[tuple[float, int]] = []
    unmet: list[str] = []
    needed = bands.threshold(settings.bands, len(collection.experts))
    handle = run.open("w", encoding="utf-8", newline="\n") if run is not None else None
    try:
        rows = pipeline.score_matrix(corpus, collection.needs, config=settings)
        for key, (_, scores, strengths) in zip(collection.need_keys, rows, strict=True):
            if handle is not None:
                pairs = zip(collection.expert_keys, scores, strict=True)
                handle.writelines(f"{key}\t{candidate}\t{value:.9g}\n" for candidate, value in pairs)
            if not len(strengths) or strengths.max() < needed:
                unmet.append(key)
            known = {candidate: grade for candidate, grade in judged.get(key, {}).items() if candidate in column}
            if known:
                places = np.array([column[candidate] for candidate in known], dtype=np.int64)
                grades = np.array(list(known.values()), dtype=np.int64)
                per_need[key] = measure_need(scores[places], grades)
                graded.extend(zip(strengths[places].tolist(), grades.tolist(), strict=True))
    finally:
        if handle is not None:
            handle.close()
    return Report(
        measures={name: bootstrap([row[name] for row in per_need.values()]) for name in MEASURES} if judged else {},
        per_need=per_need,
        bands=_band_table(graded, settings),
        no_candidate=tuple(unmet),
        corpus=describe(corpus),
        needs=len(collection.needs),
        candidates=len(collection.experts),
        seconds=time.perf_counter() - started,
    )


def _band_table(graded: Sequence[tuple[float, int]], config: Config) -> dict[str, dict[str, float]]:
    """Pairs and share of relevant per band, weakest first."""
    found: dict[str, dict[str, float]] = {}
    for name in ("weak", "general", "fair", "strong"):
        grades = [grade for value, grade in graded if bands.band(value, config.bands) == name]
        share = sum(grade >= RELEVANT for grade in grades) / len(grades) if grades else float("nan")
        found[name] = {"pairs": len(grades), "relevant": share}
    return found
