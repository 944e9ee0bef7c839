"""Matched passages in the original texts of both sides, and pairs of different words that mean much the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from matching.engine import text
from matching.engine.corpus import Corpus, need_head
from matching.engine.types import ExpertDoc, NeedDoc

RELATED_COSINE = 0.55
_INSTITUTIONS = ("大学", "学院", "研究院", "研究所", "科学院", "实验室", "公司", "学校")


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


def _passages(value: str, points: Mapping[str, float]) -> Iterator[tuple[Span, set[str]]]:
    """Passages of the original text made of matched terms, with their terms; overlapping ones are one passage.

    A passage of nothing but units, quantities and filler words is left out.
    """
    mapped = text.normalise_mapped(value)
    silent = text.unspoken_places(mapped.text)
    first, last, weight, told, found = 0, 0, 0.0, False, set[str]()
    for term, start, end in text.iter_terms(mapped.text):
        if term not in points or end > len(mapped.ends):
            continue
        begins, ends = mapped.starts[start], mapped.ends[end - 1]
        if begins >= last:
            if told:
                yield Span(first, last, weight), found
            first, last, weight, told, found = begins, ends, 0.0, False, set()
        last = max(last, ends)
        weight += points[term]
        told = told or not any(low <= start and end <= high for low, high in silent)
        found.add(term)
    if told:
        yield Span(first, last, weight), found


def spans_of(value: str, points: Mapping[str, float]) -> tuple[Span, ...]:
    """Passages of the original text that are worth marking."""
    return tuple(span for span, _ in _passages(value, points))


def worth_naming(need: NeedDoc, points: Mapping[str, float]) -> dict[str, float]:
    """The matched terms that stand in a passage of the need worth marking."""
    texts = (need.title, *need.keywords, need.description)
    kept = {term for value in texts for _, terms in _passages(value, points) for term in terms}
    return {term: weight for term, weight in points.items() if term in kept}


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


def _names_a_subject(word: str) -> bool:
    return not (text.is_generic_word(word) or text.is_unspoken(word) or word.endswith(_INSTITUTIONS))


def related_words(corpus: Corpus, need: NeedDoc, expert: ExpertDoc, most: int) -> list[dict[str, object]]:
    """Different words of need title and expert that the vectors hold for near, closest first.

    Neither units nor the names of institutions, of this expert's or any other, are directions of research.
    """
    model = corpus.words
    employer = set(text.words(expert.headline))

    def known(value: str) -> list[str]:
        flat = {word for word in text.words(value) if len(word) > 1}
        return sorted(word for word in flat if word in model.index and _names_a_subject(word))

    wanted = known(need_head(need))
    offered = known("。".join([*expert.fields, expert.bio, *(a.title for a in expert.achievements)]))
    offered = [word for word in offered if word not in wanted and word not in employer]
    if not wanted or not offered:
        return []
    left = model.matrix[[model.index[word] for word in wanted]].astype(np.float64)
    right = model.matrix[[model.index[word] for word in offered]].astype(np.float64)
    cosines = left @ right.T
    pairs = [
        (float(cosines[row, int(np.argmax(cosines[row]))]), word, offered[int(np.argmax(cosines[row]))])
        for row, word in enumerate(wanted)
    ]
    pairs = sorted((item for item in pairs if item[0] >= RELATED_COSINE), key=lambda item: (-item[0], item[1]))
    return [{"need": word, "expert": other, "cosine": value} for value, word, other in pairs[:most]]
