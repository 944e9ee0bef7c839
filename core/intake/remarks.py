"""What a preview says about the whole file: rows left out and why, headers nobody claims, guesses to look at.

Stored as codes and fields (JSON), worded when read.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.intake.columns import Register
from core.intake.parser import Workbook
from core.intake.table import Table

LISTED = 20  # row numbers or headers named in one remark

TEXTS: dict[str, str | Promise] = {
    "same_file": _("同一文件已于 {on} 导入过（{code}）。再次导入不会产生重复条目，只更新有变化的行。"),
    "renamed": _("文件扩展名与内容不符，已按内容（{kind}）读取。"),
    "hidden_sheets": _("隐藏的工作表未读取：{items}。"),
    "other_sheets": _("只读取了工作表“{sheet}”，其他工作表未读取：{items}。"),
    "hidden_columns": _("隐藏的列也已读取：{items}。"),
    "hidden": _("隐藏行未导入：第 {items} 行，共 {count} 行。如需导入，请取消隐藏后重新上传。"),
    "sum": _("合计行已跳过：第 {items} 行。"),
    "seal": _("填报、审核等落款行已跳过：第 {items} 行。"),
    "header": _("重复的表头行已跳过：第 {items} 行。"),
    "example": _("示例行已跳过：第 {items} 行。"),
    "unmatched": _("未识别的列：{items}。内容已保留在导入记录中，可手工指定对应的列。"),
    "duplicate_columns": _("重复的列：{items}。只采用最前面或最吻合的一列，其余内容保留在导入记录中。"),
    "unsure": _("请核对列的对应关系：{items}。"),
}


@dataclass(frozen=True, slots=True)
class Remark:
    code: str
    fields: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return remark_text(self.code, self.fields)


def remark_text(code: str, fields: dict[str, Any]) -> str:
    """The sentence for a stored remark; an unknown code is shown as it is."""
    return str(TEXTS[code]).format(**fields) if code in TEXTS else code


def remarks_on(workbook: Workbook, table: Table, register: Register) -> list[Remark]:
    """All remarks on one file, the gravest first."""
    found: list[Remark] = []
    unsure = [m for m in table.mapping.matches if not m.is_sure]
    if unsure:
        pairs = [f"{m.header} → {register.column(m.key).label}" for m in unsure]
        found.append(Remark("unsure", {"items": _joined(pairs)}))
    if table.mapping.duplicates:
        found.append(
            Remark("duplicate_columns", {"items": _joined([text for _i, text, _k in table.mapping.duplicates])})
        )
    if table.mapping.unmatched:
        found.append(Remark("unmatched", {"items": _joined([text for _index, text in table.mapping.unmatched])}))
    for reason in ("hidden", "sum", "seal", "header", "example"):
        numbers = [row.number for row in table.skipped if row.reason == reason]
        if numbers:
            found.append(Remark(reason, {"items": _joined(_ranges(numbers)), "count": len(numbers)}))
    others = [sheet.name for sheet in workbook.sheets if sheet is not table.sheet and sheet.rows]
    if others:
        found.append(Remark("other_sheets", {"sheet": table.sheet.name, "items": _joined(others)}))
    if workbook.hidden_sheets:
        found.append(Remark("hidden_sheets", {"items": _joined(list(workbook.hidden_sheets))}))
    hidden_columns = [m.header for m in table.mapping.matches if m.index in table.sheet.hidden_columns]
    if hidden_columns:
        found.append(Remark("hidden_columns", {"items": _joined(hidden_columns)}))
    if "renamed" in workbook.warnings:
        found.append(Remark("renamed", {"kind": workbook.kind}))
    return found


def _joined(items: list[str]) -> str:
    more = "…" if len(items) > LISTED else ""
    return _("、").join(items[:LISTED]) + more


def _ranges(numbers: list[int]) -> list[str]:
    """4, 5, 6, 9 as 4–6 and 9."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return [str(a) if a == b else f"{a}–{b}" for a, b in ranges]
