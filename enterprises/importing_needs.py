"""技术需求台账 rows: whose need, what it says, written in chunks, and taken back."""

import copy
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import ProtectedError
from django.utils.timezone import get_current_timezone, localdate, now
from django.utils.translation import gettext as _

from core import audit, outbox
from core.actor import Actor
from core.choices import Source
from core.enums import RowStatus
from core.errors import DomainError
from core.intake.outcomes import RowOutcome
from core.intake.rows import RowResult
from core.models import Region
from core.text import clean_line, clean_text
from enterprises.enums import OPEN_TO_MATCH, Confidentiality, EnterpriseStatus, NeedStatus, NeedType, Verification
from enterprises.importing import CHUNK, Lookups, as_json, firms_of, is_as_left, restore
from enterprises.models import Disclosure, Enterprise, Need, NeedTarget
from enterprises.permissions import OFFICE_EDITS_NOT
from enterprises.services import base
from enterprises.services.needs import MAX_CONSTRAINT, MAX_TARGETS, TARGET_KEYS, check_public, refresh_search

SCALARS = (
    "sub_field", "types", "tried", "urgency", "deadline", "cooperation", "blind_title", "summary", "ip_expectation",
    "decision_maker", "bounty",
)  # fmt: skip
KEPT = ("title", "situation", "status", "rewrite_text", "version")
FIRM_CONTACT = ("contact_name", "phone")


@dataclass
class Plan:
    """What one row is going to write; ``need`` is a copy until it is written."""

    row: RowResult
    outcome: RowOutcome
    need: Need | None = None
    firm: Enterprise | None = None
    before: dict[str, Any] = field(default_factory=dict)
    targets: list[dict[str, str]] = field(default_factory=list)


class NeedRows(Lookups):
    """One batch of needs. A need finds its firm by credit code or exact name in the county."""

    def prepare(self, county: Region, options: Mapping[str, Any] | None = None, *, actor: Actor) -> None:
        super().prepare(county, options, actor=actor)
        self.status = (
            NeedStatus.PUBLISHED if self.options.get("status") == NeedStatus.PUBLISHED else NeedStatus.SUBMITTED
        )
        self.firms_by_name: defaultdict[str, list[Enterprise]] = defaultdict(list)
        self.firms_by_credit: dict[str, Enterprise] = {}
        for firm in firms_of(county):
            if firm.status == EnterpriseStatus.ACTIVE:
                self._index_firm(firm)
        self.taken_back: dict[int, int] = {}  # need → version that undoing a later line of the same file left
        self.by_code: dict[str, Need] = {}
        self.by_title: defaultdict[tuple[str, str], list[Need]] = defaultdict(list)
        for need in Need.objects.filter(county=county).select_related("enterprise").prefetch_related("targets"):
            self._index(need)

    def _index_firm(self, firm: Enterprise) -> None:
        self.firms_by_name[firm.name].append(firm)
        if firm.credit_code:
            self.firms_by_credit[firm.credit_code] = firm

    def _index(self, need: Need) -> None:
        old = self.by_code.get(need.code)
        if old is not None:
            self.by_title[old.enterprise.code, old.title].remove(old)
        self.by_code[need.code] = need
        self.by_title[need.enterprise.code, need.title].append(need)

    def preview(self, rows: Sequence[RowResult]) -> list[RowOutcome]:
        """The verdict of each row, nothing written."""
        outcomes = []
        for row in rows:
            plan = self.plan(row)
            if plan.firm is not None and plan.firm.pk is None and plan.firm not in self.firms_by_name[plan.firm.name]:
                self._index_firm(plan.firm)
            if plan.need is not None and plan.outcome.status == RowStatus.CREATED:
                self._index(plan.need)  # a second line about the same need is seen as such
            outcomes.append(plan.outcome)
        return outcomes

    def apply(self, rows: Sequence[RowResult]) -> list[RowOutcome]:
        """Write the rows, each whole or not at all, and say what became of each. Runs inside a transaction."""
        outcomes: list[RowOutcome] = []
        chunk: list[RowResult] = []
        seen: set[str] = set()
        for row in rows:
            name = row.values.get("enterprise") or ""
            # A second line of a firm that is only now created must see it, a second line of a need the first.
            marks = {f"{name}\n{row.values.get('title')}"} | ({name} - self.firms_by_name.keys())
            if len(chunk) >= CHUNK or marks & seen:
                outcomes += self._apply_chunk(chunk)
                chunk, seen = [], set()
            chunk.append(row)
            seen |= marks
        return outcomes + (self._apply_chunk(chunk) if chunk else [])

    def finish(self) -> None:
        """One announcement for the whole batch: the matching runs once."""
        if self.changed:
            outbox.emit("need.imported", {"county_id": self.county.pk, "need_ids": sorted(self.changed)})
            self.changed = set()

    # -- what a row says

    def plan(self, row: RowResult) -> Plan:
        plan = Plan(row, RowOutcome(RowStatus.REJECTED))
        if row.is_rejected:
            return plan
        values = row.values
        plan.firm = self._firm(values, plan.outcome)
        if plan.firm is None:
            return plan
        target = self._target(values, plan)
        if plan.outcome.status == RowStatus.DUPLICATE or _has_error(plan.outcome):
            return plan
        if target is not None and target.status in OFFICE_EDITS_NOT:
            plan.outcome.status = RowStatus.UNCHANGED
            plan.outcome.object_id, plan.outcome.object_code = target.pk, target.code
            plan.outcome.warn(
                "title",
                _("需求“{status}”，未更新").format(status=target.get_status_display()),
                _("已办结的需求不再修改"),
            )
            return plan
        plan.outcome.status = RowStatus.UPDATED if target else RowStatus.CREATED
        if target:
            plan.need = copy.copy(target)
            plan.outcome.object_id = target.pk
        else:
            plan.need = self._new(values, plan.firm)
        plan.outcome.object_code = plan.need.code
        self._fields(values, plan)
        if target:
            self._only_changes(plan, target)
        elif self.status == NeedStatus.PUBLISHED:
            self._publish(plan)
        return plan

    def _firm(self, values: Mapping[str, Any], outcome: RowOutcome) -> Enterprise | None:
        name, credit = values["enterprise"], values.get("credit_code") or ""
        if credit and credit in self.firms_by_credit:
            firm = self.firms_by_credit[credit]
            if firm.name != name:
                outcome.warn(
                    "enterprise",
                    _("信用代码对应的企业是“{name}”").format(name=firm.name),
                    _("已按信用代码归属，如有误请撤销后更正"),
                )
            return firm
        namesakes = self.firms_by_name.get(name, [])
        if len(namesakes) == 1:
            return namesakes[0]
        if namesakes:
            outcome.candidates = [firm.code for firm in namesakes]
            outcome.reject(
                "enterprise",
                _("本县有 {count} 家企业同名").format(count=len(namesakes)),
                _("请补填统一社会信用代码，以便确定是哪一家"),
            )
            return None
        if self.options.get("create_missing_firms"):
            park, town = self.place_named(values.get("place") or "")
            firm = Enterprise(
                county=self.county,
                name=name[:100],
                credit_code=credit,
                park=park,
                town=town,
                source=Source.IMPORT,
                contact_name=values.get("contact_name") or "",
                phone=values.get("phone") or "",
            )
            base.derive(firm)
            outcome.warn("enterprise", _("企业库中没有该企业，将自动建立"), _("请稍后补全企业资料并核验"))
            return firm
        outcome.reject(
            "enterprise",
            _("本县企业库中没有“{name}”").format(name=name[:60]),
            _("请核对全称，或先导入企业库，或在导入选项中勾选“自动建立缺少的企业”"),
        )
        return None

    def _target(self, values: Mapping[str, Any], plan: Plan) -> Need | None:
        """The need of the register that is meant; of two that fit, a person decides."""
        firm, code = plan.firm, str(values.get("code") or "").upper()
        assert firm is not None  # noqa: S101
        decision = self.decisions.get(str(plan.row.number), "")
        if decision and decision != "new":
            if decision not in self.by_code:
                plan.outcome.reject("code", _("所选的已有需求不在本县台账中"), _("请重新选择"))
            return self.by_code.get(decision)
        if code and code in self.by_code:
            need = self.by_code[code]
            if need.enterprise.code != firm.code:
                plan.outcome.reject(
                    "code",
                    _("编号 {code} 是另一家企业的需求").format(code=code),
                    _("请核对企业名称；新增需求请把编号留空"),
                )
            return need
        if code:
            plan.outcome.warn("code", _("本县台账中没有编号 {code}").format(code=code), _("已按企业和需求名称查找"))
        if decision == "new":
            return None
        same = self.by_title.get((firm.code, values["title"]), [])
        if len(same) > 1:
            plan.outcome.candidates = [need.code for need in same]
            plan.outcome.status = RowStatus.DUPLICATE
            plan.outcome.warn(
                "title",
                _("该企业已有多项同名需求：{codes}").format(codes=_("、").join(plan.outcome.candidates)),
                _("请选择更新已有条目或另建一条"),
            )
            return None
        return same[0] if same else None

    def _new(self, values: Mapping[str, Any], firm: Enterprise) -> Need:
        day = values.get("submitted_on")
        moment = now()
        if day and day <= localdate():
            moment = min(moment, datetime.combine(day, time(9), tzinfo=get_current_timezone()))
        return Need(
            county=self.county,
            enterprise=firm,
            created_by_id=self.actor.user_id,
            officer_id=firm.officer_id,
            source=values.get("source") or Source.IMPORT,
            status=NeedStatus.SUBMITTED,
            submitted_at=moment,
            confidentiality=self.options.get("confidentiality") or Confidentiality.SUMMARY,
        )

    def _fields(self, values: Mapping[str, Any], plan: Plan) -> None:
        need, outcome = plan.need, plan.outcome
        assert need is not None  # noqa: S101
        told: dict[str, Any] = {name: values[name] for name in SCALARS if values.get(name)}
        told["title"] = values["title"]
        if values.get("situation"):
            told["situation"] = values["situation"]
        if values.get("confidentiality"):
            told["confidentiality"] = values["confidentiality"]
        full = clean_line(plan.row.unread.get("title", ""))
        if len(full) > len(values["title"]):  # the whole name stays where it is read and matched
            told["situation"] = f"{full}\n{told.get('situation', '')}".strip()
        plan.targets, rest = read_targets(values.get("targets") or "")
        if rest:
            told["situation"] = (
                _("{text}\n预期指标：{rest}").format(text=told.get("situation", need.situation), rest=rest).strip()
            )
        if values.get("constraints"):
            text = values["constraints"]
            if len(text) > MAX_CONSTRAINT:
                outcome.warn("constraints", _("约束条件过长，已截短"), _("请分设备、成本、环保、周期填写"))
            told["constraints"] = {**need.constraints, "equipment": text[:MAX_CONSTRAINT]}
        if values.get("budget"):
            told["budget_min"], told["budget_max"] = values["budget"]
        if values.get("seats") is not None:
            if 1 <= values["seats"] <= 20:
                told["seats"] = values["seats"]
            else:
                outcome.warn("seats", _("席位应为 1 至 20"), _("未采用，可在需求页面修改"))
        chains = self.chains_named(values.get("chain") or [], outcome, "chain")
        if chains:
            told["chain_id"] = chains[0].pk
        elif need.chain_id is None and need.enterprise.pk and not values.get("chain"):
            own = list(need.enterprise.chains.all()[:2])
            told["chain_id"] = own[0].pk if len(own) == 1 else None
        officer = self.officer_named(clean_line(values.get("officer") or ""), outcome)
        if officer:
            told["officer_id"] = officer.pk
        for name, value in told.items():
            if getattr(need, name) != value:
                plan.before[name] = as_json(getattr(need, name))
                setattr(need, name, value)
        try:
            need.clean_fields(
                exclude=["county", "enterprise", "officer", "created_by", "reviewed_by", "rewritten_by", "chain",
                         "situation", "types", "cooperation", "constraints"]
            )  # fmt: skip
        except ValidationError as exc:
            for name, messages in exc.message_dict.items():
                plan.before.pop(name, None)
                setattr(need, name, Need._meta.get_field(name).get_default())
                outcome.warn(name, messages[0], _("未采用，请修改后重新导入"))

    def _publish(self, plan: Plan) -> None:
        """Straight to 已发布, with a blind title and a summary that say no more than the name of the need."""
        need, firm = plan.need, plan.firm
        assert need is not None  # noqa: S101
        assert firm is not None  # noqa: S101
        if firm.verification == Verification.REFUSED:
            plan.outcome.warn("enterprise", _("企业核验未通过，需求转为待审核"), _("请先更正企业资料再发布"))
            return
        if not need.blind_title:
            need.blind_title = without_firm(need.title, firm.name)[:40]
        if not need.summary:
            types = _("、").join(str(NeedType(value).label) for value in need.types)
            need.summary = f"{need.blind_title}。{types and _('需求类型：{types}。').format(types=types)}"[:300]
        try:
            check_public(need)
        except DomainError as exc:
            plan.outcome.warn(exc.field or "title", exc.message, _("该需求转为待审核，改写后再发布"))
            return
        need.status, need.published_at = NeedStatus.PUBLISHED, now()
        need.reviewed_at, need.reviewed_by_id = need.published_at, self.actor.user_id

    def _only_changes(self, plan: Plan, target: Need) -> None:
        known = [{key: getattr(row, key) for key in TARGET_KEYS} for row in target.targets.all()]
        if plan.targets and plan.targets != known:
            plan.before["targets"] = known
        else:
            plan.targets = []
        if not plan.before:
            plan.outcome.status = RowStatus.UNCHANGED
        elif target.status in OPEN_TO_MATCH and plan.need is not None:
            try:
                check_public(plan.need)
            except DomainError as exc:
                plan.outcome.reject(exc.field or "title", exc.message, _("改写后重新导入；该需求已对专家公开"))

    # -- writing

    def _apply_chunk(self, rows: Sequence[RowResult]) -> list[RowOutcome]:
        plans = [self.plan(row) for row in rows]
        try:
            with transaction.atomic():
                self._write(plans)
        except DatabaseError:
            if len(rows) == 1:
                outcome = RowOutcome(RowStatus.REJECTED)
                outcome.reject("title", _("数据库不接受这一行"), _("请检查异常字符或过长的内容"))
                return [outcome]
            return [outcome for row in rows for outcome in self._apply_chunk([row])]
        for plan in plans:
            if plan.need is not None and plan.outcome.status in (RowStatus.CREATED, RowStatus.UPDATED):
                plan.outcome.object_id = plan.need.pk
                self.changed.add(plan.need.pk)
                if plan.firm is not None and plan.firm not in self.firms_by_name[plan.firm.name]:
                    self._index_firm(plan.firm)
                self._index(plan.need)
        return [plan.outcome for plan in plans]

    def _write(self, plans: list[Plan]) -> None:
        live = [p for p in plans if p.need is not None and p.outcome.status in (RowStatus.CREATED, RowStatus.UPDATED)]
        for plan in live:
            if plan.firm is not None and plan.firm.pk is None:
                plan.firm.save(force_insert=True)
                audit.record(plan.firm, "import", actor=self.actor, new=plan.firm.status)
                plan.outcome.before["firm"] = plan.firm.pk
        fresh = [plan.need for plan in live if plan.need and plan.outcome.status == RowStatus.CREATED]
        for need in fresh:
            need.enterprise = need.enterprise  # the firm has its id by now
            refresh_search(need)
        Need.objects.bulk_create(fresh)
        targets = []
        for plan in live:
            need = plan.need
            assert need is not None  # noqa: S101
            data: dict[str, Any] = {"row": plan.row.number}
            verb = "import"
            if plan.outcome.status == RowStatus.UPDATED:
                verb, data["fields"] = "import_update", sorted(plan.before)
                need.version += 1
                refresh_search(need)
                need.save()
                if "targets" in plan.before:
                    need.targets.all().delete()
                plan.outcome.before |= {"fields": plan.before}
            plan.outcome.before["after"] = {name: as_json(getattr(need, name)) for name in KEPT}
            targets += [NeedTarget(need=need, order=order, **row) for order, row in enumerate(plan.targets)]
            created = plan.outcome.status == RowStatus.CREATED
            audit.record(need, verb, actor=self.actor, new=need.status if created else "", data=data)
        NeedTarget.objects.bulk_create(targets)

    # -- taking back

    def undo(self, rows: Sequence[Any]) -> list[RowOutcome]:
        """Take rows of a batch back, the last first. What somebody changed or used since stays and is reported."""
        return [self._undo(row) for row in sorted(rows, key=lambda row: -row.number)][::-1]

    def _undo(self, row: Any) -> RowOutcome:
        outcome = RowOutcome(RowStatus.UNCHANGED, row.object_id, row.object_code)
        need = Need.objects.select_for_update(no_key=True).filter(pk=row.object_id, county=self.county).first()
        if need is None or row.status not in (RowStatus.CREATED, RowStatus.UPDATED):
            return outcome
        used = row.status == RowStatus.CREATED and Disclosure.objects.filter(need=need).exists()
        after = dict(row.before.get("after", {}))
        if self.taken_back.get(need.pk) == need.version:
            after.pop("version", None)
        if used or not is_as_left(need, after):
            outcome.warn("title", _("导入后已被修改或使用，未撤销"), _("请在需求页面手工处理"))
            return outcome
        try:
            with transaction.atomic():
                if row.status == RowStatus.CREATED:
                    audit.record(need, "undo", actor=self.actor, data={"title": need.title})
                    need.delete()
                    self._drop_firm(row.before.get("firm"))
                else:
                    self._restore(need, dict(row.before["fields"]))
        except ProtectedError:
            outcome.warn("title", _("已有订单引用该需求，未撤销"), _("可在需求页面撤回"))
            return outcome
        outcome.status = RowStatus(row.status)
        return outcome

    def _restore(self, need: Need, fields: dict[str, Any]) -> None:
        targets = fields.pop("targets", None)
        restore(need, fields)
        need.version += 1
        self.taken_back[need.pk] = need.version
        refresh_search(need)
        need.save()
        if targets is not None:
            need.targets.all().delete()
            NeedTarget.objects.bulk_create(NeedTarget(need=need, order=n, **row) for n, row in enumerate(targets))
        audit.record(need, "undo", actor=self.actor, data={"fields": sorted(fields)})
        self.changed.add(need.pk)

    def _drop_firm(self, firm_id: int | None) -> None:
        """A firm that came with the batch goes with its last need, unless somebody works with it."""
        firm = Enterprise.objects.filter(pk=firm_id, verification=Verification.PENDING).first()
        if firm and not firm.needs.exists() and not firm.memberships.exists():
            audit.record(firm, "undo", actor=self.actor, data={"name": firm.name})
            firm.delete()


def _has_error(outcome: RowOutcome) -> bool:
    return any(message["level"] == "error" for message in outcome.messages)


_FROM_TO = re.compile(
    r"^(?P<name>.{2,40}?)(?:由|从)(?P<current>.{1,30}?)(?:降低|降|提高|提升|提|减少|缩短|增加)?(?:到|至|为)(?P<target>.+)$"
)
_NAME_TARGET = re.compile(
    r"^(?P<name>[^:：≥≤<>=]{2,40}?)\s*(?:[:：]\s*|(?=[≥≤<>=]|不低于|不高于|不超过|小于|大于|达到))(?P<target>.+)$"
)
_NUMBERING = re.compile(r"^(?:[(（]?\d{1,2}[)）.、]|[①-⑳•●▪◆-])\s*(?=\D)")


def read_targets(text: str) -> tuple[list[dict[str, str]], str]:
    """预期指标 of one cell as rows of 指标·现值·目标值, and the text when it does not fit into rows."""
    text = clean_text(text)
    lines = [_NUMBERING.sub("", line.strip(" 。;；")) for line in re.split(r"[\n；;]+", text)]
    rows = []
    for line in filter(None, lines):
        match = _FROM_TO.match(line) or _NAME_TARGET.match(line)
        row = dict.fromkeys(TARGET_KEYS, "") | (match.groupdict() if match else {"name": line})
        row = {key: value.strip(" ，,。") for key, value in row.items()}
        if any(len(value) > 60 for value in row.values()):
            return [], text
        rows.append(row)
    return (rows, "") if len(rows) <= MAX_TARGETS else ([], text)


def without_firm(title: str, firm: str) -> str:
    """A need's name as outsiders may read it."""
    short = firm
    for ending in ("股份有限公司", "有限责任公司", "有限公司", "集团"):
        short = short.removesuffix(ending)
    for name in (firm, short):
        if len(name) >= 3:
            title = title.replace(name, _("某企业"))
    return title
