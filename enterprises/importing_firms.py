"""企业库 rows: what one means, written in chunks, and taken back."""

import copy
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import ProtectedError
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from core import audit, outbox
from core.actor import Actor
from core.choices import Source
from core.enums import RowStatus
from core.intake.outcomes import RowOutcome
from core.intake.rows import RowResult
from core.models import Chain, Region
from core.text import clean_line
from enterprises.enums import EnterpriseStatus, Qualification, Size, Verification
from enterprises.importing import CHUNK, Lookups, as_json, firms_of, is_as_left, restore
from enterprises.models import Enterprise
from enterprises.services import base

SCALARS = (
    "main_products", "founded_on", "address", "contact_name", "contact_post", "phone", "email", "remarks",
)  # fmt: skip
SIZE_WORDS = {
    "规上": Size.ABOVE,
    "规模以上": Size.ABOVE,
    "四上": Size.ABOVE,
    "规下": Size.BELOW,
    "规模以下": Size.BELOW,
}
QUALIFICATION_WORDS = {
    "高企": Qualification.HIGH_TECH,
    "高新": Qualification.HIGH_TECH,
    "小巨人": Qualification.LITTLE_GIANT,
    "专精特新": Qualification.SPECIALISED,
    "单项冠军": Qualification.CHAMPION,
    "瞪羚": Qualification.GAZELLE,
    "科技型中小": Qualification.SME_TECH,
    "科小": Qualification.SME_TECH,
}


@dataclass
class Plan:
    """What one row is going to write; ``firm`` is a copy until it is written."""

    row: RowResult
    outcome: RowOutcome
    firm: Enterprise | None = None
    before: dict[str, Any] = field(default_factory=dict)
    chains: list[Chain] = field(default_factory=list)


class EnterpriseRows(Lookups):
    """One batch. Options: ``verified`` (rows with a credit code arrive as verified), ``decisions`` {row number: "new"
    or the code of a known row}."""

    def prepare(self, county: Region, options: Mapping[str, Any] | None = None, *, actor: Actor) -> None:
        super().prepare(county, options, actor=actor)
        self.by_name: defaultdict[str, list[Enterprise]] = defaultdict(list)
        self.by_code: dict[str, Enterprise] = {}
        self.by_credit: dict[str, Enterprise] = {}
        for firm in firms_of(county):
            self._index(firm)

    def _index(self, firm: Enterprise) -> None:
        old = self.by_code.get(firm.code)
        if old is not None:
            self.by_name[old.name].remove(old)
        self.by_name[firm.name].append(firm)
        self.by_code[firm.code] = firm
        if firm.credit_code and firm.status == EnterpriseStatus.ACTIVE:
            self.by_credit[firm.credit_code] = firm

    def preview(self, rows: Sequence[RowResult]) -> list[RowOutcome]:
        """The verdict of each row, nothing written."""
        outcomes = []
        for row in rows:
            plan = self.plan(row)
            if plan.firm is not None and plan.outcome.status == RowStatus.CREATED:
                self._index(plan.firm)  # a second line about the same firm is seen as such
            outcomes.append(plan.outcome)
        return outcomes

    def apply(self, rows: Sequence[RowResult]) -> list[RowOutcome]:
        """Write the rows, each whole or not at all, and say what became of each. Runs inside a transaction."""
        outcomes: list[RowOutcome] = []
        chunk: list[RowResult] = []
        seen: set[str] = set()
        for row in rows:
            marks = {row.values.get("name") or "", row.values.get("credit_code") or ""} - {""}
            if len(chunk) >= CHUNK or marks & seen:  # a second line about one firm must see the first
                outcomes += self._apply_chunk(chunk)
                chunk, seen = [], set()
            chunk.append(row)
            seen |= marks
        return outcomes + (self._apply_chunk(chunk) if chunk else [])

    def finish(self) -> None:
        """One announcement for the whole batch."""
        if self.changed:
            outbox.emit("enterprise.changed", {"county_id": self.county.pk, "enterprise_ids": sorted(self.changed)})
            self.changed = set()

    # -- what a row says

    def plan(self, row: RowResult) -> Plan:
        plan = Plan(row, RowOutcome(RowStatus.REJECTED))
        if row.is_rejected:
            return plan
        values = row.values
        target = self._target(values, plan)
        if plan.outcome.status == RowStatus.DUPLICATE or any(m["level"] == "error" for m in plan.outcome.messages):
            return plan
        plan.outcome.status = RowStatus.UPDATED if target else RowStatus.CREATED
        if target:
            plan.firm = copy.copy(target)
            plan.outcome.object_id = target.pk
        else:
            plan.firm = Enterprise(county=self.county, source=Source.IMPORT, name=values["name"])
        plan.outcome.object_code = plan.firm.code
        self._fields(values, plan)
        if target:
            have = set(target.chains.values_list("pk", flat=True)) if plan.chains else set()
            plan.chains = [chain for chain in plan.chains if chain.pk not in have]
            if not plan.before and not plan.chains:
                plan.outcome.status = RowStatus.UNCHANGED
        return plan

    def _target(self, values: Mapping[str, Any], plan: Plan) -> Enterprise | None:
        """The row of the register that is meant; doubt is asked about, not decided."""
        code, credit = str(values.get("code") or "").upper(), values.get("credit_code") or ""
        decision = self.decisions.get(str(plan.row.number), "")
        if decision and decision != "new":
            if decision not in self.by_code:
                plan.outcome.reject("code", _("所选的已有企业不在本县企业库中"), _("请重新选择"))
            return self.by_code.get(decision)
        if code and code in self.by_code:
            return self.by_code[code]
        if code:
            plan.outcome.warn("code", _("本县企业库中没有编号 {code}").format(code=code), _("已按信用代码和名称查找"))
        if credit and credit in self.by_credit:
            firm = self.by_credit[credit]
            if firm.name != values["name"]:
                plan.outcome.warn(
                    "name",
                    _("信用代码相同的企业原名“{name}”，已改为表中名称").format(name=firm.name),
                    _("如不是同一家企业，请核对信用代码"),
                )
            return firm
        if decision == "new":
            return None
        namesakes = self.by_name.get(values["name"], [])
        fitting = [firm for firm in namesakes if not credit or not firm.credit_code]
        if len(fitting) == 1 and len(namesakes) == 1:
            return fitting[0]
        if namesakes:
            plan.outcome.candidates = [firm.code for firm in namesakes]
            plan.outcome.status = RowStatus.DUPLICATE
            plan.outcome.warn(
                "name",
                _("企业库中已有同名企业，信用代码不同或不止一家：{codes}").format(
                    codes=_("、").join(plan.outcome.candidates)
                ),
                _("请选择更新已有条目或另建一条"),
            )
        return None

    def _fields(self, values: Mapping[str, Any], plan: Plan) -> None:
        firm, outcome = plan.firm, plan.outcome
        assert firm is not None  # noqa: S101 - planned rows always have one
        told: dict[str, Any] = {name: values[name] for name in SCALARS if values.get(name)}
        told |= {name: values[name] for name in ("name", "credit_code") if values.get(name)}
        if told.get("founded_on") and told["founded_on"] > localdate():
            outcome.warn("founded_on", _("成立日期晚于今天"), _("未采用，请核对年份"))
            del told["founded_on"]
        size, qualifications, rest = read_size([*(values.get("size") or []), *(values.get("qualifications") or [])])
        if size:
            told["size"] = size
        if rest:
            outcome.warn("size", _("未能识别规模或资质“{text}”").format(text=_("、").join(rest)), _("原文可写入备注"))
        told["qualifications"] = [q for q in Qualification.values if q in {*firm.qualifications, *qualifications}]
        told |= self._places(values, outcome)
        if values.get("industry"):
            industry = self.industry_named(values["industry"])
            if industry is None:
                outcome.warn(
                    "industry",
                    _("“{text}”不是国民经济行业的代码或名称").format(text=values["industry"][:30]),
                    _("请填写如 2913 的代码或标准名称"),
                )
            else:
                told["industry_id"] = industry.pk
        officer = self.officer_named(clean_line(values.get("officer") or ""), outcome)
        if officer:
            told["officer_id"] = officer.pk
        plan.chains = self.chains_named(values.get("chains") or [], outcome, "chains")
        for name, value in told.items():
            if getattr(firm, name) != value:
                plan.before[name] = as_json(getattr(firm, name))
                setattr(firm, name, value)
        if not firm.pk and self.options.get("verified") and firm.credit_code:
            firm.verification = Verification.VERIFIED
        try:
            firm.clean_fields(
                exclude=["county", "officer", "merged_into", "qualifications", "industry", "park", "town"]
            )
        except ValidationError as exc:
            for name, messages in exc.message_dict.items():
                plan.before.pop(name, None)
                setattr(firm, name, Enterprise._meta.get_field(name).get_default())
                outcome.warn(name, messages[0], _("未采用，请修改后重新导入"))

    def _places(self, values: Mapping[str, Any], outcome: RowOutcome) -> dict[str, Any]:
        told = {}
        for key in ("place", "park", "town"):
            text = values.get(key) or ""
            if not text:
                continue
            park, town = self.place_named(text)
            if park:
                told["park_id"] = park.pk
            if town:
                told["town_id"] = town.pk
            if park is None and town is None:
                outcome.warn(
                    key, _("本县没有园区或镇街“{name}”").format(name=text[:30]), _("请改为本县园区、镇街的名称")
                )
        county = clean_line(values.get("county") or "")
        if county and county[:2] not in (self.county.full_name or self.county.name):
            outcome.warn(
                "county",
                _("所属县区“{name}”不是{county}").format(name=county[:20], county=self.county.name),
                _("已登记在本县，如不属于本县请撤销后移出此行"),
            )
        return told

    # -- writing

    def _apply_chunk(self, rows: Sequence[RowResult]) -> list[RowOutcome]:
        plans = [self.plan(row) for row in rows]
        try:
            with transaction.atomic():
                self._write(plans)
        except DatabaseError:
            if len(rows) == 1:
                outcome = RowOutcome(RowStatus.REJECTED)
                outcome.reject("name", _("数据库不接受这一行"), _("请检查异常字符、过长的内容或重复的信用代码"))
                return [outcome]
            return [outcome for row in rows for outcome in self._apply_chunk([row])]
        for plan in plans:
            if plan.firm is not None and plan.outcome.status in (RowStatus.CREATED, RowStatus.UPDATED):
                plan.outcome.object_id = plan.firm.pk
                self.changed.add(plan.firm.pk)
                self._index(plan.firm)
        return [plan.outcome for plan in plans]

    def _write(self, plans: list[Plan]) -> None:
        fresh = [plan.firm for plan in plans if plan.firm and plan.outcome.status == RowStatus.CREATED]
        for firm in fresh:
            base.derive(firm)
        Enterprise.objects.bulk_create(fresh)
        through = Enterprise.chains.through
        for plan in plans:
            if plan.firm is None or plan.outcome.status not in (RowStatus.CREATED, RowStatus.UPDATED):
                continue
            data: dict[str, Any] = {"row": plan.row.number}
            verb = "import"
            if plan.outcome.status == RowStatus.UPDATED:
                base.derive(plan.firm)
                plan.firm.save()
                verb, data["fields"] = "import_update", sorted(plan.before)
                plan.outcome.before = {
                    "fields": plan.before,
                    "chains": [chain.pk for chain in plan.chains],
                    "after": {name: as_json(getattr(plan.firm, name)) for name in plan.before},
                }
            else:
                plan.outcome.before = {"after": {name: as_json(getattr(plan.firm, name)) for name in KEPT}}
            created = plan.outcome.status == RowStatus.CREATED
            audit.record(plan.firm, verb, actor=self.actor, new=plan.firm.status if created else "", data=data)
        through.objects.bulk_create(
            [
                through(enterprise_id=plan.firm.pk, chain_id=chain.pk)
                for plan in plans
                if plan.firm is not None
                for chain in plan.chains
            ]
        )

    # -- taking back

    def undo(self, rows: Sequence[Any]) -> list[RowOutcome]:
        """Take rows of a batch back, the last first. What somebody changed or used since stays and is reported."""
        return [self._undo(row) for row in sorted(rows, key=lambda row: -row.number)][::-1]

    def _undo(self, row: Any) -> RowOutcome:
        outcome = RowOutcome(RowStatus.UNCHANGED, row.object_id, row.object_code)
        firm = Enterprise.objects.select_for_update(no_key=True).filter(pk=row.object_id, county=self.county).first()
        if firm is None or row.status not in (RowStatus.CREATED, RowStatus.UPDATED):
            return outcome
        used = row.status == RowStatus.CREATED and (firm.memberships.exists() or firm.merged_rows.exists())
        if used or not is_as_left(firm, row.before.get("after", {})):
            outcome.warn("name", _("导入后已被修改或使用，未撤销"), _("请在企业页面手工处理"))
            return outcome
        try:
            with transaction.atomic():
                if row.status == RowStatus.CREATED:
                    audit.record(firm, "undo", actor=self.actor, data={"name": firm.name})
                    firm.delete()
                else:
                    restore(firm, row.before["fields"])
                    base.derive(firm)
                    firm.save()
                    firm.chains.remove(*row.before["chains"])
                    audit.record(firm, "undo", actor=self.actor, data={"fields": sorted(row.before["fields"])})
        except ProtectedError:
            outcome.warn("name", _("已有需求引用该企业，未撤销"), _("可将其注销或迁出"))
            return outcome
        self.changed.add(row.object_id)
        outcome.status = RowStatus(row.status)
        return outcome


KEPT = ("name", "credit_code", "main_products", "address", "contact_name", "phone", "remarks", "verification", "status")


def read_size(items: Sequence[str]) -> tuple[str, list[str], list[str]]:
    """规上、专精特新、高企 of one cell: the size, the qualifications, and what is neither."""
    size, qualifications, rest = "", [], []
    for item in items:
        text = clean_line(item)
        by_size = next((value for word, value in SIZE_WORDS.items() if word in text), "")
        found = next((value for word, value in QUALIFICATION_WORDS.items() if word in text), "")
        size = size or by_size
        if found:
            qualifications.append(found)
        elif not by_size:
            rest.append(text)
    return size, qualifications, rest
