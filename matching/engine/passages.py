"""Matched passages in the original texts of both sides."""

from collections.abc import Mapping
from dataclasses import dataclass

from matching.engine import text
from matching.engine.types import ExpertDoc, NeedDoc


@dataclass(frozen=True)
class Span:
    """Half-open passage of an original text; ``weight`` in points of the lexical part."""

    start: int
    end: int
    weight: float


def expert_texts(expert: ExpertDoc) -> dict[str, str]:
    """Every scored text of an expert under the key its spans carry."""
    found = {"headline": expert.headline}
    found.update({f"fields:{number}": value for number, value in enumerate(expert.fields)})
    found["bio"] = expert.bio
    for achievement in expert.achievements:
        found[f"achievement:{achievement.id}:title"] = achievement.title
        found[f"achievement:{achievement.id}:summary"] = achievement.summary
    return found


def spans_of(value: str, points: Mapping[str, float]) -> tuple[Span, ...]:
    """Passages of the original text made of matched terms; overlapping ones are one passage."""
    mapped = text.normalise_mapped(value)
    merged: list[list[float]] = []
    for term, start, end in text.iter_terms(mapped.text):
        if term not in points or end > len(mapped.ends):
            continue
        first, last = mapped.starts[start], mapped.ends[end - 1]
        if merged and first < merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], last)
            merged[-1][2] += points[term]
        else:
            merged.append([first, last, points[term]])
    return tuple(Span(int(start), int(end), weight) for start, end, weight in merged)


def phrases_of(need: NeedDoc, points: Mapping[str, float], most: int) -> list[str]:
    """Matched phrases of the need, the heaviest first, none contained in another."""
    weights: dict[str, float] = {}
    for value in (need.title, *need.keywords, need.description):
        for span in spans_of(value, points):
            phrase = value[span.start : span.end].strip()
            weights[phrase] = max(weights.get(phrase, 0.0), span.weight)
    chosen: list[str] = []
    for phrase, _ in sorted(weights.items(), key=lambda item: (-item[1], item[0])):
        if phrase and not any(phrase in other or other in phrase for other in chosen):
            chosen.append(phrase)
        if len(chosen) == most:
            break
    return chosen
