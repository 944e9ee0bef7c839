"""What offices write into one cell and mean as several: headlines, achievements, terms, places. Pure functions."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from core.county import in_force, successor_candidates
from core.models import Region
from core.text import parse_date

_PARTS = re.compile(r"\s*[，,；;|｜/]\s*|\s{2,}|\n+")
_TITLE = re.compile(
    r"(?:特聘|讲席|客座|兼职|荣休|二级|三级|四级|一级|长聘|准聘|助理|副|正|正高级|高级|初级|中级|研究员级|教授级|青年|首席)*"
    r"(?:教授|研究员|讲师|助教|工程师|高工|农艺师|兽医师|经济师|会计师|实验师|技师|主任医师|主治医师|医师|药师|规划师|设计师|"
    r"建筑师|畜牧师|工艺师|译审|编审|院士|博士后|博士生导师|硕士生导师|博导|硕导)(?:[（(].{1,12}[)）])?"
)
_UNIT = re.compile(
    r".*(?:大学|研究院|研究所|科学院|工程院|设计院|勘察院|总公司|公司|集团|医院|总医院|委员会|总局|局|厅|厂|研究中心|学会|协会|"
    r"技术学院|职业学院|师范学院|工学院|理工学院|医学院|农学院|中学|党校|农科院|中科院|检测中心|工作站|基地|银行|事务所)(?:[（(].{1,20}[)）])?"
)
_LEAD = re.compile(r"^(?:长期在|现任职于|任职于|就职于|供职于|现在|原)")
_COLLEGE = re.compile(r".*(?:学院|学校|院|所|中心)")
_PART_OF_UNIT = re.compile(r".*(?:学部|学院|系|部|处|科|室|实验室|课题组|教研室|研究中心|中心|分院|书院|研究所|所)")
_ACHIEVEMENT = re.compile(r"[\n；;]+|(?:(?<=^)|(?<=[\s。；;]))[(（]?\d{1,2}[)）.、．]\s*|[①②③④⑤⑥⑦⑧⑨⑩]")
_TERM = re.compile(r"\s*(?:(?:—+|－+|~|～|--+|–)至?|至|到|(?<=[\d年月日])-(?=\d{4}))\s*")


@dataclass
class Headline:
    institution: str = ""
    department: str = ""
    title: str = ""
    position: str = ""


def split_headline(text: str) -> Headline:
    """某大学，某学院，副教授 to its parts. Used only when the register has no columns of their own for them; a text
    without separators is the institution as it stands."""
    parts = [part.strip() for part in _PARTS.split(text) if part.strip()]
    if len(parts) < 2:
        return Headline(institution=text.strip())
    head = Headline()
    rest = []
    for part in parts:
        if not head.title and _TITLE.fullmatch(part):
            head.title = part
        else:
            rest.append(part)
    unit = next((part for part in rest if _UNIT.fullmatch(part)), None)
    unit = unit or next((part for part in rest if _COLLEGE.fullmatch(part)), None) or (rest[0] if rest else "")
    if unit in rest:
        rest.remove(unit)
    head.institution = _LEAD.sub("", unit)
    for part in rest:
        if _PART_OF_UNIT.fullmatch(part) and len(head.department + part) <= 80:
            head.department += part
        else:
            head.position = f"{head.position}、{part}" if head.position else part
    return head


def split_achievements(text: str) -> list[str]:
    """The achievements of one cell: by lines, semicolons or numbering; commas belong to the titles."""
    items = (part.strip(" 。,，、") for part in _ACHIEVEMENT.split(text or ""))
    return list(dict.fromkeys(item.strip("《》") if item.count("《") == 1 else item for item in items if len(item) > 1))


def split_term(text: str) -> tuple[date | None, date | None, bool]:
    """2022年9月至2023年8月: begin, end (last day of its month), and whether the text was understood."""
    parts = [part for part in _TERM.split(text.strip()) if part]
    if not parts:
        return None, None, True
    begin = parse_date(parts[0])
    if begin.error or len(parts) > 2:
        return None, None, False
    if len(parts) == 1 or parts[1] in ("今", "现在", "目前"):
        return begin.value, None, True
    end = parse_date(parts[1])
    if end.error or (end.value and begin.value and end.value < begin.value):
        return begin.value, None, False
    return begin.value, _last_day(end.value, end.precision), True


def _last_day(day: date | None, precision: str) -> date | None:
    if day is None or precision == "day":
        return day
    if precision == "year":
        return date(day.year, 12, 31)
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


_TOWN_END = re.compile(r"(?:街道办事处|街道|镇|乡|社区)$")
_COUNTY_END = re.compile(r"(?:自治县|自治旗|林区|特区|县|市|区|旗)$")


_CODE = re.compile(r"(?<!\d)(\d{6}|\d{9})(?!\d)")


@dataclass
class Places:
    """Reads a written place as a division in force. What is not plain stays text: nothing is guessed. An abolished
    division is what the office said it became, and nothing while the office has said nothing."""

    county: Region
    towns: list[tuple[str, Region]] = field(default_factory=list)  # longest name first
    elsewhere: dict[str, list[Region]] = field(default_factory=dict)  # name of a county or city → rows
    abolished: dict[str, list[Region]] = field(default_factory=dict)
    by_code: dict[str, Region] = field(default_factory=dict)

    @classmethod
    def of(cls, county: Region) -> "Places":
        towns = list(Region.objects.filter(parent=county).select_related("successor"))
        named = [(town.name, town) for town in towns if town.is_current]
        named += [(short, town) for _name, town in named if len(short := _TOWN_END.sub("", town.name)) >= 2]
        elsewhere: dict[str, list[Region]] = {}
        abolished: dict[str, list[Region]] = {}
        rows = Region.objects.filter(level__in=("county", "prefecture")).exclude(pk=county.pk)
        for region in rows.select_related("successor"):
            (elsewhere if region.is_current else abolished).setdefault(region.name, []).append(region)
        by_code = {row.code: row for table in (elsewhere, abolished) for same in table.values() for row in same}
        by_code |= {row.code: row for row in (county, *towns)}
        return cls(county, sorted(named, key=lambda pair: -len(pair[0])), elsewhere, abolished, by_code)

    def read(self, text: str) -> Region | None:
        if not text:
            return None
        past = self.past(text)
        if past is not None:
            return _became(past)
        code = self._code(text)
        if code is not None:
            return code
        own = self._is_own(text)
        if not own:
            foreign = self._elsewhere(text)
            if foreign is not None:
                return foreign[0] if len(foreign) == 1 else None
        town = next((town for name, town in self.towns if name in text), None)
        return town or (self.county if own else None)

    def past(self, text: str) -> list[Region] | None:
        """The abolished divisions the text may mean, by code or by name; None when it names none."""
        code = self._code(text)
        if code is not None:
            return None if code.is_current else [code]
        if self._is_own(text):
            return None
        old = [row for name, rows in self.abolished.items() if len(name) >= 2 and name in text for row in rows]
        if not old:
            return None
        longest = max(len(row.name) for row in old)
        old = [row for row in old if len(row.name) == longest]
        now = [row for name, rows in self.elsewhere.items() if len(name) >= longest and name in text for row in rows]
        placed = [row for row in old if _within(text, row)]
        if placed:
            return None if any(row.level == "county" and _within(text, row) for row in now) else placed
        return None if now else old

    def _code(self, text: str) -> Region | None:
        return next((self.by_code[code] for code in _CODE.findall(text) if code in self.by_code), None)

    def _is_own(self, text: str) -> bool:
        short = _COUNTY_END.sub("", self.county.name)
        words = (self.county.name, "本县", "本区", "本市", *([short] if len(short) >= 2 else ()))
        return any(word in text for word in words)

    def _elsewhere(self, text: str) -> list[Region] | None:
        """Counties named in the text, else cities; several of one name are told apart by the city beside them."""
        found = [region for name, rows in self.elsewhere.items() if len(name) >= 2 and name in text for region in rows]
        counties = [region for region in found if region.level == "county"]
        if len(counties) > 1:
            named = [row for row in counties if row.full_name and _within(text, row)]
            counties = named or counties
        return counties or found or None


def _became(past: list[Region]) -> Region | None:
    """What the office said they became: one division for all of them. Codes of one name in one place are one."""
    said = defaultdict(set)
    for row in past:
        said[row.full_name].add(in_force(row))
    answers = [found - {None} for found in said.values()]
    agreed = set.union(*answers)
    return agreed.pop() if len(agreed) == 1 and all(answers) else None


def _within(text: str, region: Region) -> bool:
    """Whether the text also names what stands above the region: 山东省济宁市金乡县 or 济宁金乡县."""
    above = region.full_name.removesuffix(region.name)
    names = re.findall(r".+?(?:省|自治区|自治州|地区|盟|市)", above)
    return any(name in text or re.sub(r"(?:省|市)$", "", name) in text for name in names)


def abolished_words(place: str, past: list[Region]) -> tuple[str, str]:
    """Reason and remedy for a place that is no more: who may have taken it over is shown, the office chooses."""
    past = list({row.full_name: row for row in past}.values())
    names = "、".join(f"{row} {row.code}" for row in past[:3])
    reason = _("“{place}”含已撤销的区划（{names}）").format(place=place, names=names)
    now = [f"{row} {row.code}" for old in past[:3] for row in successor_candidates(old, limit=3)]
    if not now:
        return reason, _("原文已保留，请在专家页面选择现行区划，或由管理员在“区划变更”中指定")
    return reason, _("原文已保留，请选择现行区划，可参考：{names}").format(names="、".join(dict.fromkeys(now)))
