"""Readings of names for search and sorting: the same order on every database.

pypinyin reads polyphonic surnames by their everyday sound (单 dan, 仇 chou), so surnames have a table of ours;
whoever reads their name another way may override the stored value.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from core.text.clean import HANZI, NAME_DOT, normalise

# Surnames whose reading as a surname differs from, or is easily lost among, the everyday ones.
SURNAMES = {
    "单": "shan", "仇": "qiu", "曾": "zeng", "解": "xie", "朴": "piao", "查": "zha", "盖": "ge", "区": "ou",
    "任": "ren", "华": "hua", "乐": "yue", "员": "yun", "贠": "yun", "缪": "miao", "宓": "mi", "黑": "he",
    "秘": "bi", "折": "she", "繁": "po", "召": "shao", "翟": "zhai", "祭": "zhai", "种": "chong", "重": "chong",
    "冼": "xian", "洗": "xian", "燕": "yan", "应": "ying", "葛": "ge", "阚": "kan", "佴": "nai", "逄": "pang",
    "逯": "lu", "郇": "xun", "乜": "nie", "幺": "yao", "隗": "wei", "覃": "qin", "谌": "chen", "褚": "chu",
    "訾": "zi", "郗": "xi", "钭": "tou", "粘": "nian", "晟": "cheng", "都": "du", "宿": "su", "车": "che",
    "柏": "bai", "薄": "bo", "过": "guo", "观": "guan", "纪": "ji", "哈": "ha", "句": "gou", "勾": "gou",
    "宁": "ning", "甯": "ning", "强": "qiang", "盛": "sheng", "相": "xiang", "行": "xing", "颉": "xie", "芮": "rui",
    "莘": "shen", "眭": "sui", "那": "na", "能": "nai", "炅": "gui", "占": "zhan", "晁": "chao", "撒": "sa",
    "仉": "zhang", "揭": "jie", "牟": "mu", "阙": "que", "亓": "qi", "尉": "wei", "曲": "qu", "石": "shi",
    "沈": "shen", "贾": "jia", "卜": "bu", "长": "chang", "干": "gan", "戴": "dai", "俞": "yu", "于": "yu",
    "余": "yu", "夏": "xia", "万": "wan", "叶": "ye", "江": "jiang", "茜": "qian", "会": "gui",
}  # fmt: skip
DOUBLE_SURNAMES = {
    "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "澹台": "tan tai", "皇甫": "huang fu",
    "令狐": "ling hu", "宇文": "yu wen", "夏侯": "xia hou", "鲜于": "xian yu", "赫连": "he lian",
    "亓官": "qi guan", "单于": "chan yu", "欧阳": "ou yang", "司马": "si ma", "上官": "shang guan",
    "诸葛": "zhu ge", "东方": "dong fang", "独孤": "du gu", "南宫": "nan gong", "慕容": "mu rong",
    "公孙": "gong sun", "轩辕": "xuan yuan", "钟离": "zhong li", "司徒": "si tu", "司空": "si kong",
    "闻人": "wen ren", "濮阳": "pu yang", "淳于": "chun yu", "申屠": "shen tu", "太史": "tai shi",
    "呼延": "hu yan", "端木": "duan mu", "公冶": "gong ye", "宗政": "zong zheng", "百里": "bai li",
    "东郭": "dong guo", "西门": "xi men", "第五": "di wu", "拓跋": "tuo ba", "完颜": "wan yan",
}  # fmt: skip


class NamePinyin(NamedTuple):
    """``full`` has a space between syllables, so that 李安 (li an) sorts before 连 (lian)."""

    full: str
    initials: str

    @property
    def joined(self) -> str:
        return self.full.replace(" ", "")


def name_pinyin(name: object) -> NamePinyin:
    """The reading of a person's name in lower case without tones, ü as v."""
    return _name_pinyin(normalise(name, "person").value)


@lru_cache(maxsize=4096)
def _name_pinyin(text: str) -> NamePinyin:
    surname, given = split_name(text)
    known = DOUBLE_SURNAMES.get(surname) or (SURNAMES.get(surname) if given or len(text) == 1 else None)
    syllables = known.split() + _syllables(given) if known else _syllables(text)
    return NamePinyin(" ".join(syllables), "".join(s[0] for s in syllables))


def text_pinyin(text: object) -> NamePinyin:
    """The reading of other Chinese text, e.g. a firm's name, without the surname table."""
    syllables = _syllables(normalise(text, "line").value)
    return NamePinyin(" ".join(syllables), "".join(s[0] for s in syllables))


def split_name(name: str) -> tuple[str, str]:
    """Surname and given name of a Han name; of other names everything is the surname but what follows a dot."""
    if NAME_DOT in name:
        head, _dot, tail = name.partition(NAME_DOT)
        return head, tail
    if not re.fullmatch(rf"[{HANZI}]+", name):
        head, space, tail = name.partition(" ")
        return (head, tail) if space else (name, "")
    size = 2 if name[:2] in DOUBLE_SURNAMES and len(name) > 2 else 1
    return name[:size], name[size:]


def _syllables(text: str) -> list[str]:
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - loads a dictionary of 40,000 readings on first use

    raw = lazy_pinyin(text, style=Style.NORMAL, v_to_u=False, errors=lambda part: f" {part} ")
    parts = " ".join(raw).casefold().replace("ü", "v").split()
    return [s for s in (re.sub(r"[^a-z0-9]", "", part) for part in parts) if s]
