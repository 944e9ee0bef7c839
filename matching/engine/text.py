"""From raw text to the two token streams of the engine: character bigrams and segmented words.

Normalisation is NFKC, lower case, traditional to simplified, so every door writes the same tokens.
"""

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from operator import add
from pathlib import Path
from typing import NamedTuple

import rjieba
from opencc import OpenCC

_CJK = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
# A whole Latin or mixed token keeps its inner joints: gcr15, nd-fe-b, pm2.5, 5t/h, a356-t6.
_LATIN_TOKEN = rf"[^\W_{_CJK}]+(?:[.\-/+][^\W_{_CJK}]+)*"
_RUN = re.compile(rf"(?P<cjk>[{_CJK}]+)|(?P<latin>{_LATIN_TOKEN})")
_PART = re.compile(r"[^\W\d_]{2,}|[^\W_]*\d[^\W_]*")
_QUANTITY = r"[零一二三四五六七八九十百千万两几数半\d]+[余多来]?[成家次条台套批倍项位名天周吨亩斤秒]?"
_LATIN_UNIT = (
    r"(?<![a-z])(?:[mk]?[gjntvw]|[mkg]?(?:pa|hz|wh|w)|[cmdnkμ]?m[23]?|mg|ml|ppm|ppb|rpm|db|ah|mah|kva|℃)"
    r"(?:/(?:h|d|s|a|t|l|kg|min|m[23]?))?(?![a-z0-9])"
)
_HAS_LETTER = re.compile(r"[^\W\d_]")

# Words that say nothing about a technique, in either language; kept short, idf does the rest.
_DATA = Path(__file__).with_name("data")
STOP_WORDS = frozenset(_DATA.joinpath("stop_words.txt").read_text(encoding="utf-8").split())
_FUNCTION_CHARACTERS = "的和与及或等在是为对中了以于由从并其该此这一种个"
STOP_CHARACTERS = frozenset(_FUNCTION_CHARACTERS)
_KEPT_RUN = re.compile(rf"((?:(?![{_FUNCTION_CHARACTERS}])[{_CJK}])+)|({_LATIN_TOKEN})")


class Mapped(NamedTuple):
    """Normalised text with, for every character of it, where it came from in the original."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


@functools.cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _simplify(text: str) -> str:
    """Traditional to simplified without changing the length, so that offsets stay valid."""
    if text.isascii():
        return text
    converted: str = _converter().convert(text)
    if len(converted) == len(text):
        return converted
    return "".join(_simplify_char(char) for char in text)


@functools.lru_cache(maxsize=30_000)
def _simplify_char(char: str) -> str:
    converted: str = _converter().convert(char)
    return converted if len(converted) == 1 else char


@functools.lru_cache(maxsize=30_000)
def _fold(cluster: str) -> str:
    return unicodedata.normalize("NFKC", cluster).lower()


def _storable(text: str) -> str:
    """Lone surrogates cannot be encoded for the compiled segmenters; they carry no meaning."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text


@functools.lru_cache(maxsize=16)
def normalise(text: str) -> str:
    """NFKC, lower case, simplified characters."""
    return _simplify(unicodedata.normalize("NFKC", _storable(text)).lower())


@functools.lru_cache(maxsize=32)
def normalise_mapped(text: str) -> Mapped:
    """The same text as ``normalise`` with offsets into the original for marking passages."""
    text = _storable(text)
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    while position < len(text):
        end = position + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        folded = _fold(text[position:end]) if end - position < 8 else text[position].lower()
        out.append(folded)
        starts.extend([position] * len(folded))
        ends.extend([end] * len(folded))
        position = end
    return Mapped(_simplify("".join(out)), tuple(starts), tuple(ends))


def iter_terms(normalised: str) -> Iterator[tuple[str, int, int]]:
    """Lexical terms with offsets: characters and bigrams of CJK runs, whole Latin tokens and their parts.

    Pure numbers and function characters are left out; characters beside bigrams let 防腐 meet 耐腐蚀.
    """
    for match in _RUN.finditer(normalised):
        start, run = match.start(), match.group()
        if match.lastgroup == "cjk":
            previous = False
            for offset, char in enumerate(run):
                keep = char not in STOP_CHARACTERS
                if keep:
                    yield char, start + offset, start + offset + 1
                    if previous:
                        yield run[offset - 1 : offset + 1], start + offset - 1, start + offset + 1
                previous = keep
        else:
            for term, first, last in _latin_parts(run):
                yield term, start + first, start + last


@functools.lru_cache(maxsize=30_000)
def _latin_parts(run: str) -> tuple[tuple[str, int, int], ...]:
    """A Latin token and its parts, with their places in it."""
    if not _HAS_LETTER.search(run):
        return ()
    found = [] if run in STOP_WORDS else [(run, 0, len(run))]
    if len(run) <= 40 and not run.isalnum():
        for part in _PART.finditer(run):
            if part.group() != run and not part.group().isdigit() and part.group() not in STOP_WORDS:
                found.append((part.group(), *part.span()))
    return tuple(found)


@functools.cache
def generic_terms() -> frozenset[str]:
    """Bigrams of the phrases every need and every profile is written with; they are no evidence of a match."""
    phrases = _DATA.joinpath("generic_phrases.txt").read_text(encoding="utf-8").split()
    return frozenset(term for phrase in phrases for term in terms(phrase) if len(term) > 1)


def is_telling(term: str) -> bool:
    """Whether meeting this term in both texts says something about the technique."""
    return len(term) > 1 and term not in generic_terms()


@functools.cache
def _unspoken() -> re.Pattern[str]:
    """Units, quantities and filler words, alone or in a row: they count in the score but are no reason to name."""
    listed = sorted(_DATA.joinpath("unspoken_words.txt").read_text(encoding="utf-8").split(), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(listed)}|{_QUANTITY}|{_LATIN_UNIT})+")


def unspoken_places(normalised: str) -> list[tuple[int, int]]:
    """Passages nobody needs to be shown, ascending."""
    return [match.span() for match in _unspoken().finditer(normalised)]


def is_unspoken(word: str) -> bool:
    """A word nobody needs to be shown."""
    return _unspoken().fullmatch(word) is not None


def is_generic_word(word: str) -> bool:
    """A word made of generic bigrams only."""
    return all(not is_telling(term) for term in terms(word))


def terms(text: str) -> Counter[str]:
    """Lexical term counts of one text: those of ``iter_terms``, without their places."""
    found: list[str] = []
    for ideographs, latin in _KEPT_RUN.findall(normalise(text)):
        if ideographs:
            found.extend(ideographs)
            found.extend(map(add, ideographs, ideographs[1:]))
        else:
            found.extend(term for term, _, _ in _latin_parts(latin))
    return Counter(found)


def words(text: str) -> list[str]:
    """Segmented words of one text in their order, for the co-occurrence vectors."""
    return [word for word in rjieba.cut(normalise(text), True) if is_content_word(word)]


def characters(text: str) -> list[str]:
    """Single ideographs and whole Latin tokens of one text in their order, for the character vectors."""
    found: list[str] = []
    for ideographs, latin in _KEPT_RUN.findall(normalise(text)):
        if ideographs:
            found.extend(ideographs)
        elif is_content_word(latin):
            found.append(latin)
    return found


@functools.lru_cache(maxsize=30_000)
def is_content_word(word: str) -> bool:
    """A word with at least one letter or ideograph that is not a stop word."""
    return word not in STOP_WORDS and _HAS_LETTER.search(word) is not None
