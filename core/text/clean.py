"""The one intake normaliser: forms, API and imports clean their text here and nowhere else.

``normalise(value, kind)`` returns the cleaned text, coded notes on what was done or looks wrong, and the
lines set aside as spam. It never raises, and cleaning its own result again changes nothing.

Full NFKC is wrong for prose (it turns 10² into 102 and Chinese commas into ASCII ones), so prose gets NFC,
a table of width folds, and NFKC only for the blocks where it is harmless; codes get full NFKC.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

Kind = Literal["line", "text", "person", "org", "code"]

NAME_DOT = "·"  # U+00B7, the one separator kept inside names such as 买买提·艾力
HANZI = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇"

# Folded in prose: letters, digits and technical signs. The marks that Chinese prose writes full width stay.
_PROSE_MARKS = set("，；：？！（）")
_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) not in _PROSE_MARKS} | {
    0x3000: " ",
    0xFFE5: "¥",
    0x00A0: " ",
}
# Blocks where NFKC only undoes a font or a legacy encoding: ligatures, half-width kana, radicals, unit squares.
_COMPAT = re.compile("[\u2e80-\u2fdf\u3300-\u33ff\ufb00-\ufb06\uff61-\uff9f\U0001d400-\U0001d7ff]")
_COMPAT_KEEP = {"㎡": "m²", "㎥": "m³", "㎟": "mm²", "㎠": "cm²", "㎢": "km²", "㎣": "mm³", "㎤": "cm³"}

_SURROGATE_PAIR = re.compile("([\ud800-\udbff])([\udc00-\udfff])")
_SURROGATE = re.compile("[\ud800-\udfff]")
_AMP_CHAIN = re.compile(r"&(?:amp;)+", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_DROP_ELEMENT = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_BREAK_TAG = re.compile(r"<(?:br\s*/?|/p|/div|/li|/tr|/h[1-6])\s*>", re.IGNORECASE)
# Only real element names: "a<b且c>d" is mathematics, not markup.
_TAG = re.compile(
    r"</?(?:a|abbr|article|aside|audio|b|big|blockquote|body|br|button|center|code|col|dd|del|div|dl|dt|em|embed|"
    r"fieldset|figure|font|footer|form|frame|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|label|legend|li|link|"
    r"main|map|mark|math|meta|nav|object|ol|o:p|option|p|param|picture|pre|q|s|script|section|select|small|source|"
    r"span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|textarea|tfoot|th|thead|time|title|tr|tt|u|ul|"
    r"video|wbr)(?=[\s/>])[^<>]*>",
    re.IGNORECASE | re.ASCII,
)
_TONES = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_SYLLABLES = rf"[a-zü{_TONES}]{{1,7}}(?:[ '’][a-zü{_TONES}]{{1,7}})*"
_TONED_NOTE = re.compile(rf"(?<=[{HANZI}])\s?[(（]\s?(?=[^()（）]{{0,40}}[{_TONES}]){_SYLLABLES}\s?[)）]")
_PLAIN_NOTE = re.compile(rf"(?<=[{HANZI}])[(（][a-zü]{{1,6}}[)）]")

_KEEP_CONTROL = {"\n", "\t"}
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800]")
# A picture may be several joined ones (a family, a rainbow flag): its joiners and colour selectors belong to it.
_PICTURE = "\U0001f000-\U0001faff\u2600-\u27bf"
_JOINED = re.compile(f"(?<=[{_PICTURE}\ufe0f])\u200d(?=[{_PICTURE}])|(?<=[{_PICTURE}])\ufe0f")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")

_DOTS = re.compile("[•‧∙⋅・･᛫ꞏ●˙]")
_HANZI_GAP = re.compile(rf"(?<=[{HANZI}])\s+(?=[{HANZI}])")
_ORG_GAP = re.compile(rf"(?<=[{HANZI}（）])\s+(?=[{HANZI}（）])")
# Characters the 2013 national list restored for names; OpenCC would still rewrite them.
_NAME_KEEP = set("昇堃喆淼邨仝甦陞頫勣祕晳皙铦")

_BROKEN = re.compile("\ufffd|锟斤拷|锘[挎縜]|ï¿½|烫烫烫|屯屯屯|[ÃÂ][\u0080-\u00bf]")
# The pattern of a cp936 text cut in the middle of a character: stray marks, then hanzi with a lone letter inside.
_CUT_GBK = re.compile(rf"[%?!]{{2,}}[{HANZI}]{{1,6}}[a-z](?=[{HANZI}])|[{HANZI}][?][%!][{HANZI}]|[%!][?]!?[{HANZI}]")

_SPAM_WORDS = re.compile(
    "时时彩|六合彩|北京赛车|幸运飞艇|彩票平台|博彩|赌博|赌场|棋牌|百家乐|老虎机|真人视讯|澳门新?葡京|威尼斯人|皇冠体育|"
    "娱乐城|体育投注|足球投注|代开发票|办证刻章|成人视频|色情|裸聊|一夜情|约炮|私服|外挂下载|加微信|贷款秒批|网赚|"
    "日韩|国产精品|无码|AV在线|免费观看|久久"
)
_URL = re.compile(r"https?://|www\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Cleaned text, coded notes (see ``NOTES``) in a fixed order, and lines set aside for review."""

    value: str
    notes: tuple[str, ...] = ()
    quarantined: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.value


# Notes a person should look at; the others only say what was tidied.
REVIEW_NOTES = frozenset({"mojibake", "repaired", "spam"})
NOTES = ("surrogate", "repaired", "mojibake", "entities", "tags", "width", "pinyin", "invisible", "traditional", "spam")


def clean_line(value: Any) -> str:
    """One line of text, e.g. a title."""
    return normalise(value, "line").value


def clean_text(value: Any) -> str:
    """Prose with line breaks."""
    return normalise(value, "text").value


def normalise(value: Any, kind: Kind = "line") -> Cleaned:
    """Clean one value for storing. Never raises; ``normalise(x.value, kind)`` returns the same value."""
    text = plain_string(value)
    notes: set[str] = set()
    quarantined: list[str] = []
    for _round in range(8):  # a step may uncover work for an earlier one, e.g. an entity that hid a tag
        before = text
        text = _pass(text, kind, notes, quarantined)
        if text == before:
            break
    return Cleaned(text, tuple(n for n in NOTES if n in notes), tuple(quarantined))


def plain_string(value: Any) -> str:
    """The text a person would see in the cell: 3.0 is 3, nothing is empty."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e17 else repr(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def _pass(text: str, kind: Kind, notes: set[str], quarantined: list[str]) -> str:
    text = _step(text, drop_surrogates, "surrogate", notes)
    text = _mojibake(text, notes)
    text = _step(text, _unescape, "entities", notes)
    text = _step(text, _strip_tags, "tags", notes)
    text = _step(text, _drop_invisible, "invisible", notes)
    text = unicodedata.normalize("NFC", text)
    text = _step(text, _fold_code if kind == "code" else fold_width, "width", notes)
    text = _step(text, _strip_pinyin, "pinyin", notes)
    text = _step(text, _simplify_name if kind == "person" else to_simplified, "traditional", notes)
    if kind == "text":
        text = _set_spam_aside(_tidy_lines(text), notes, quarantined)
        return _tidy_lines(text)
    text = " ".join(text.split())
    if kind == "person":
        text = re.sub(rf"\s*{NAME_DOT}\s*", NAME_DOT, _DOTS.sub(NAME_DOT, text))
        text = re.sub(rf"(?<=[{HANZI}])\.(?=[{HANZI}])", NAME_DOT, text)
        text = _HANZI_GAP.sub("", text).strip(NAME_DOT + " ")
    elif kind == "org":
        text = _ORG_GAP.sub("", _org_brackets(text))
    elif kind == "code":
        text = re.sub(r"\s+", "", text)
    return text


def _step(text: str, change: Callable[[str], str], note: str, notes: set[str]) -> str:
    changed = change(text)
    if changed != text:
        notes.add(note)
    return changed


def drop_surrogates(text: str) -> str:
    """Join honest surrogate pairs, drop lone halves: no database or XML file can hold them."""
    if not _SURROGATE.search(text):
        return text
    text = _SURROGATE_PAIR.sub(lambda m: chr(0x10000 + ((ord(m[1]) - 0xD800) << 10) + (ord(m[2]) - 0xDC00)), text)
    return _SURROGATE.sub("", text)


def _unescape(text: str) -> str:
    if "&" not in text:
        return text
    for _round in range(3):
        text = _AMP_CHAIN.sub("&", text)
        changed = _ENTITY.sub(lambda m: html.unescape(m[0]), text)
        if changed == text:
            break
        text = changed
    return text


def _strip_tags(text: str) -> str:
    if "<" not in text:
        return text
    text = _COMMENT.sub("", _DROP_ELEMENT.sub("", text)) if "</" in text or "<!--" in text else text
    return _TAG.sub("", _BREAK_TAG.sub("\n", text))


def _drop_invisible(text: str) -> str:
    """Control, format (zero width, direction marks, BOM), variation selectors and non-characters."""
    text = _LINE_ENDS.sub("\n", text)
    if text.isascii() and text.isprintable():
        return text
    return "".join(part if joiner else _without_invisible(part) for part, joiner in _parts(text))


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces; True marks a joiner that belongs to a picture."""
    start = 0
    for found in _JOINED.finditer(text):
        yield text[start : found.start()], False
        yield found[0], True
        start = found.end()
    yield text[start:], False


def _without_invisible(text: str) -> str:
    drop = {ord(c): None for c in set(text) if c not in _KEEP_CONTROL and _invisible(c)}
    return _VARIATION.sub("", text.translate(drop) if drop else text)


@lru_cache(maxsize=8192)
def _invisible(char: str) -> bool:
    code = ord(char)
    return unicodedata.category(char) in ("Cc", "Cf", "Cs") or 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


def fold_width(text: str) -> str:
    """Full-width letters, digits and signs to ASCII; Chinese punctuation stays as it is written."""
    if text.isascii():
        return text
    text = text.translate(_WIDTH)
    return _COMPAT.sub(lambda m: _COMPAT_KEEP.get(m[0]) or unicodedata.normalize("NFKC", m[0]), text)


def _fold_code(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    return re.sub("[‐‑‒–—―−﹣]", "-", text)


def _strip_pinyin(text: str) -> str:
    """Drop reading notes such as 時(shí)代; notes without a tone only beside others that carry one."""
    stripped = _TONED_NOTE.sub("", text)
    if stripped == text:
        return text
    return _PLAIN_NOTE.sub(_drop_if_reading, stripped)


def _drop_if_reading(match: re.Match[str]) -> str:
    from pypinyin import Style, pinyin  # noqa: PLC0415 - a large dictionary, needed on very few texts

    char = match.string[match.start() - 1]
    readings = {r for group in pinyin(char, style=Style.NORMAL, heteronym=True) for r in group}
    return "" if match[0][1:-1] in readings else match[0]


def _org_brackets(text: str) -> str:
    """Firm names write full-width brackets: 某某（山东）有限公司."""
    if not re.search(rf"[{HANZI}]", text):
        return text
    return text.replace("(", "（").replace(")", "）")


def _tidy_lines(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n ")


def _set_spam_aside(text: str, notes: set[str], quarantined: list[str]) -> str:
    """Take out lines that carry two advertising words, or one and a link; nothing is thrown away."""
    if not _SPAM_WORDS.search(text):
        return text
    kept = []
    for line in text.split("\n"):
        hits = set(_SPAM_WORDS.findall(line))
        if len(hits) >= 2 or (hits and _URL.search(line)):
            quarantined.append(line)
            notes.add("spam")
        else:
            kept.append(line)
    return "\n".join(kept)


# -- traditional to simplified


@lru_cache(maxsize=1)
def _converters() -> tuple[Any, Any, frozenset[str]]:
    """OpenCC's two converters and every character the plain one changes; loaded once, on first Chinese text."""
    from opencc import OpenCC  # noqa: PLC0415 - dictionaries of several MB, not needed by most processes

    t2s, tw2sp = OpenCC("t2s"), OpenCC("tw2sp")
    ranges = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2A6E0))
    chars = [chr(code) for start, end in ranges for code in range(start, end)]
    plain = t2s.convert("\n".join(chars)).split("\n")
    return t2s, tw2sp, frozenset(c for c, p in zip(chars, plain, strict=True) if c != p)


def to_simplified(text: str) -> str:
    """Simplified script, and mainland words where the text is plainly a traditional one (資訊 to 信息)."""
    if text.isascii():
        return text
    t2s, tw2sp, traditional = _converters()
    if traditional.isdisjoint(text):
        return text
    script = t2s.convert(text)
    if script == text:
        return text
    changed = sum(a != b for a, b in zip(text, script, strict=False))
    # One odd character in a simplified text is no reason to swap whole words.
    return str(tw2sp.convert(text)) if changed >= 2 else str(script)


def _simplify_name(text: str) -> str:
    if _NAME_KEEP.isdisjoint(text):
        return to_simplified(text) if text.isascii() else str(_converters()[0].convert(text))
    return "".join(c if c in _NAME_KEEP or c.isascii() else str(_converters()[0].convert(c)) for c in text)


# -- mojibake


def _mojibake(text: str, notes: set[str]) -> str:
    """Repair what decodes back without any doubt, flag what merely looks broken."""
    if text.isascii():
        return text
    repaired = _repair(text)
    if repaired is not None:
        notes.add("repaired")
        return repaired
    if _BROKEN.search(text) or _CUT_GBK.search(text) or _rare_share(text) > 0.6:
        notes.add("mojibake")
    return text


def _repair(text: str) -> str | None:
    """The original of a text read in the wrong encoding, only when the whole of it decodes to common hanzi."""
    if len(text) > 200_000:
        return None
    has_hanzi = re.search(rf"[{HANZI}]", text)
    if not has_hanzi:
        for source, target, least in (("cp1252", "utf-8", 2), ("latin-1", "utf-8", 2), ("latin-1", "gb18030", 3)):
            fixed = _recode(text, source, target)
            if fixed and len(re.findall(rf"[{HANZI}]", fixed)) >= least and _common_only(fixed):
                if target == "gb18030" and re.search(r"[A-Za-z][\u00a1-\u00ff]|[\u00a1-\u00ff][a-z]", text):
                    continue  # an accent inside a Latin word: French, not Chinese
                return fixed
        return None
    fixed = _recode(text, "gb18030", "utf-8")
    if fixed and len(re.findall(rf"[{HANZI}]", fixed)) >= 2 and _common_only(fixed) and _rare_share(text) > 0.3:
        return fixed
    return None


def _recode(text: str, source: str, target: str) -> str | None:
    try:
        fixed = text.encode(source).decode(target)
    except (UnicodeError, ValueError):
        return None
    return fixed if fixed != text else None


def _common_only(text: str) -> bool:
    others = [c for c in text if not c.isascii() and c not in "，。、；：？！（）《》“”‘’·—…　"]
    return bool(others) and all(_common(c) for c in others)


@lru_cache(maxsize=8192)
def _common(char: str) -> bool:
    """Whether a character is among the 3,755 of GB 2312 level 1."""
    try:
        raw = char.encode("gb2312")
    except UnicodeError:
        return False
    return len(raw) == 2 and 0xB0 <= raw[0] <= 0xD7


def _rare_share(text: str) -> float:
    """Share of simplified-set hanzi outside level 1; 0 for short texts, where names and minerals are rare too."""
    hanzi = re.findall(r"[\u4e00-\u9fff]", text)
    if len(hanzi) < 4:
        return 0.0
    if not _converters()[2].isdisjoint(hanzi) and sum(c in _converters()[2] for c in hanzi) > len(hanzi) * 0.3:
        script = str(_converters()[0].convert("".join(hanzi)))  # a traditional text is not a broken one
        return sum(not _common(c) for c in script) / len(hanzi)
    return sum(not _common(c) for c in hanzi) / len(hanzi)
