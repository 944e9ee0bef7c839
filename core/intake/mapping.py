"""Headers to columns: exact names and synonyms first, likeness last, what the office chose before above all."""

import re
from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache

from core.intake.columns import Column, Register
from core.text import normalise, plain_string

# Columns that our own files add; they are recognised and left alone.
ERROR_HEADER = "错误原因"
OWN_HEADERS = {ERROR_HEADER, "序号", "行号", "no", "no."}
SURE = 0.9  # from here on nobody needs to look
ACCEPTED = 0.6


@dataclass(frozen=True, slots=True)
class Match:
    """One header read as one column. ``source``: remembered, exact, part or alike."""

    index: int
    header: str
    key: str
    confidence: float
    source: str
    unit: str = ""

    @property
    def is_sure(self) -> bool:
        return self.confidence >= SURE


@dataclass(frozen=True, slots=True)
class Mapping:
    matches: tuple[Match, ...]
    unmatched: tuple[tuple[int, str], ...] = ()  # headers nobody claims; their cells are kept beside the row
    duplicates: tuple[tuple[int, str, str], ...] = ()  # (index, header, key) of a second header for a taken column
    missing_required: tuple[str, ...] = ()
    ignored: tuple[int, ...] = ()
    _by_key: dict[str, Match] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._by_key.update({match.key: match for match in self.matches})

    def match(self, key: str) -> Match | None:
        return self._by_key.get(key)

    @property
    def score(self) -> float:
        """How much this row looks like the header: the sum of the confidences."""
        return sum(match.confidence for match in self.matches)

    def as_memory(self) -> dict[str, str]:
        """What to remember for the office's next file: header as compared → key."""
        return {header_key(match.header): match.key for match in self.matches}


def match_headers(
    headers: Sequence[object], register: Register, remembered: MappingType[str, str] | None = None
) -> Mapping:
    """Assign each header to at most one column and each column to at most one header, surest pairs first.

    ``remembered`` maps ``header_key(header)`` to a column key, or to "" for "leave this column out".
    """
    remembered = remembered or {}
    texts = [normalise(plain_string(header), "line").value for header in headers]
    keys = {column.key for column in register.columns}
    ignored: list[int] = []
    candidates: list[tuple[float, int, int, str, str]] = []  # confidence, header index, column order, key, source
    for index, text in enumerate(texts):
        compared = header_key(text)
        if not compared:
            continue
        chosen = remembered.get(compared)
        if chosen == "" or (chosen is None and compared in OWN_HEADERS):
            ignored.append(index)
            continue
        if chosen in keys:
            candidates.append((1.1, index, 0, chosen, "remembered"))
            continue
        for order, column in enumerate(register.columns):
            confidence, source = likeness(compared, column)
            if confidence >= ACCEPTED:
                candidates.append((confidence, index, order, column.key, source))
    candidates.sort(key=lambda c: (-c[0], c[1], c[2]))
    taken: dict[int, Match] = {}
    used: set[str] = set()
    seconds: dict[int, tuple[int, str, str]] = {}
    for confidence, index, _order, key, source in candidates:
        if index in taken:
            continue
        if key in used:
            if confidence >= SURE:
                seconds.setdefault(index, (index, texts[index], key))
            continue
        used.add(key)
        taken[index] = Match(index, texts[index], key, min(confidence, 1.0), source, header_unit(texts[index]))
    duplicates = tuple(seconds[i] for i in sorted(seconds) if i not in taken)
    doubled = {index for index, _text, _key in duplicates}
    return Mapping(
        matches=tuple(taken[index] for index in sorted(taken)),
        unmatched=tuple(
            (i, text)
            for i, text in enumerate(texts)
            if text and i not in taken and i not in doubled and i not in ignored
        ),
        duplicates=duplicates,
        missing_required=tuple(key for key in register.required_keys if key not in used),
        ignored=tuple(ignored),
    )


def mapping_of(headers: Sequence[str], columns: MappingType[str, str], register: Register) -> Mapping:
    """The mapping a person has confirmed: ``columns`` names for each header's number a column key, or "" for none."""
    keys = {column.key for column in register.columns}
    matches, ignored, unmatched = [], [], []
    for index, header in enumerate(headers):
        key = columns.get(str(index))
        if key in keys:
            matches.append(Match(index, header, str(key), 1.0, "remembered", header_unit(header)))
        elif key == "" or header_key(header) in OWN_HEADERS:
            ignored.append(index)
        elif header:
            unmatched.append((index, header))
    named = {match.key for match in matches}
    missing = tuple(key for key in register.required_keys if key not in named)
    return Mapping(tuple(matches), tuple(unmatched), missing_required=missing, ignored=tuple(ignored))


@lru_cache(maxsize=4096)
def header_key(text: str) -> str:
    """A header as it is compared: half-width, without spaces, stars, brackets' contents and closing marks."""
    compared = normalise(text, "code").value.casefold()
    stripped = re.sub(r"[(\[【].*?[)\]】]", "", compared)
    return re.sub(r"[*＊:：?？、,，。.\-_/|]", "", stripped or compared)


@lru_cache(maxsize=1024)
def header_unit(text: str) -> str:
    """The unit a header names, e.g. 万元 of 拟投入(万元)."""
    match = re.search(r"[(（\[【/]\s*(?:单位[:：]?)?(亿元|千万元|百万元|万元|千元|元)\s*(?:人民币)?[)）\]】]?", text)
    return match[1] if match else ""


def likeness(compared: str, column: Column) -> tuple[float, str]:
    """How surely a compared header names ``column``."""
    best = (0.0, "")
    for position, name in enumerate((str(column.label), *column.synonyms, column.key)):
        wanted = header_key(name)
        if not wanted:
            continue
        if compared == wanted:
            return (1.0 if position == 0 else 0.98), "exact"
        shorter, longer = sorted((compared, wanted), key=len)
        share = len(shorter) / len(longer)
        # The end of a Chinese noun says what it is: 专家联系电话 is a telephone, 身份证号 is no 身份.
        if len(shorter) >= 2 and longer.endswith(shorter) and share > 0.5:
            best = max(best, (0.72 + 0.15 * share, "part"))
        elif len(shorter) >= 3 and shorter in longer and share >= 0.6:
            best = max(best, (0.6 + 0.15 * share, "part"))
        elif len(shorter) >= 4 and 2 * len(shorter) >= 0.75 * (len(shorter) + len(longer)):  # else the ratio is below
            ratio = SequenceMatcher(None, compared, wanted, autojunk=False).ratio()
            if ratio >= 0.75:
                best = max(best, (0.6 + 0.2 * (ratio - 0.75) / 0.25, "alike"))
    return best
