"""What one cleaned row of the register means: whom, and what it would change. Reads look-ups, writes nothing."""

import copy
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.actor import Actor
from core.choices import Source
from core.enums import RowStatus
from core.errors import require
from core.intake.outcomes import RowOutcome
from core.intake.rows import RowResult
from core.models import Chain, Discipline, Region, University
from core.text import normalise
from experts import permissions, texts
from experts.enums import ExpertStatus, TieKind
from experts.models import (
    Achievement,
    Appointment,
    Expert,
    ExpertGroup,
    GroupMembership,
    HometownTie,
    Institution,
    Posting,
    Team,
)
from experts.services import base
from experts.services.achievements import FEATURED_MAX
from experts.services.terms import CAPACITY_MAX

CHUNK = 200
SCALARS = (
    "gender", "department", "position", "title", "degree", "profile", "availability", "city", "phone", "email",
    "referrer", "remarks", "last_contacted_on", "consent",
)  # fmt: skip
ADDED_TO = ("honours", "research_fields", "cooperation")  # an update adds to these, it does not replace
RELATED = ("ties", "achievements", "postings", "appointments", "group_memberships")
FLAGS = ("is_hometown", "is_deputy", "is_advisor")


@dataclass
class Plan:
    """What one row is going to write; ``expert`` is a copy until it is written."""

    row: RowResult
    outcome: RowOutcome
    expert: Expert | None = None
    institution: str = ""
    team: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    related: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in RELATED})
    chains: list[Chain] = field(default_factory=list)
    disciplines: list[Discipline] = field(default_factory=list)


class Planner:
    """The look-ups of one batch, read once, and the plan of each row."""

    def prepare(self, county: Region, options: Mapping[str, Any] | None = None, *, actor: Actor) -> None:
        require(permissions.can_register(actor, county.pk))
        self.county, self.actor, self.options = county, actor, dict(options or {})
        self.decisions = {str(key): str(value) for key, value in self.options.get("decisions", {}).items()}
        self.changed: set[int] = set()
        self.taken_back: dict[int, tuple[int, int]] = {}  # expert → (version now, version before the change undone)
        self.places = texts.Places.of(county)
        self.institutions = {row.name: row for row in Institution.objects.all()}
        self.universities = {row.name: row for row in University.objects.all()}
        self.chains = list(Chain.objects.filter(county=county))
        self.disciplines: dict[str, Discipline] = {}
        for discipline in Discipline.objects.order_by("-level"):  # of equal names the broader one wins
            self.disciplines[discipline.name] = self.disciplines[discipline.code] = discipline
        self.teams = {row.name: row for row in Team.objects.filter(county=county)}
        self.groups = {row.name: row for row in ExpertGroup.objects.filter(county=county)}
        self.by_name: defaultdict[str, list[Expert]] = defaultdict(list)
        self.by_code: dict[str, Expert] = {}
        known = Expert.objects.filter(county=county).exclude(status=ExpertStatus.MERGED)
        for expert in known.select_related("institution"):
            self._index(expert)

    def _index(self, expert: Expert) -> None:
        self.by_name[expert.name].append(expert)
        self.by_code[expert.code] = expert

    def plan(self, row: RowResult) -> Plan:
        plan = Plan(row, RowOutcome(RowStatus.REJECTED))
        if row.is_rejected:
            return plan
        values = dict(row.values)
        _read_headline(values)
        target = self._target(values, plan)
        if plan.outcome.status == RowStatus.DUPLICATE or any(m["level"] == "error" for m in plan.outcome.messages):
            return plan
        plan.outcome.status = RowStatus.UPDATED if target else RowStatus.CREATED
        if target:
            plan.expert = copy.copy(target)
            plan.outcome.object_id, plan.outcome.object_code = target.pk, target.code
        else:
            plan.expert = Expert(county=self.county, source=Source.IMPORT, name=values["name"])
            plan.outcome.object_code = plan.expert.code
        self._fields(values, plan)
        self._places(values, plan)
        self._posts(values, plan)
        self._achievements(values, plan)
        self._lists(values, plan)
        if target:
            self._only_new(plan, target)
        return plan

    def _target(self, values: dict[str, Any], plan: Plan) -> Expert | None:
        """The row of the register that is meant; doubt is asked about, not decided."""
        code = str(values.get("code", "")).upper()
        decision = self.decisions.get(str(plan.row.number), "")
        if decision and decision != "new":
            if decision not in self.by_code:
                plan.outcome.reject("code", _("所选的已有专家不在本县专家库中"), _("请重新选择"))
            return self.by_code.get(decision)
        if code and code in self.by_code:
            return self.by_code[code]
        if code:
            plan.outcome.warn("code", _("本县专家库中没有编号 {code}").format(code=code), _("已按姓名和单位查找"))
        if decision == "new":
            return None
        namesakes = self.by_name.get(values["name"], [])
        same = [expert for expert in namesakes if _shares(expert, values)]
        if len(same) == 1:
            return same[0]
        plan.outcome.candidates = [expert.code for expert in same or namesakes]
        if same or any(not _differs(expert, values) for expert in namesakes):
            plan.outcome.status = RowStatus.DUPLICATE
            plan.outcome.warn(
                "name",
                _("专家库中已有同名专家，无法确定是否同一人：{codes}").format(
                    codes=_("、").join(plan.outcome.candidates)
                ),
                _("请选择更新已有条目或另建一条"),
            )
        elif namesakes:
            plan.outcome.warn(
                "name",
                _("专家库中有同名专家，单位、电话或出生年月不同，已另建一条：{codes}").format(
                    codes=_("、").join(plan.outcome.candidates)
                ),
                _("如为同一人，请在专家页面合并"),
            )
        return None

    # -- what a row says

    def _fields(self, values: dict[str, Any], plan: Plan) -> None:
        expert = plan.expert
        told = {name: values[name] for name in SCALARS if values.get(name)}
        if values.get("born_on"):
            told["born_on"] = values["born_on"].strftime("%Y-%m")
        for name in ADDED_TO:
            added = values.get(name) or []
            limit = base.LISTS.get(name, len(added) + 20)
            long = [item for item in added if len(item) > base.MAX_ITEM]
            if long:
                plan.outcome.warn(name, _("“{item}…”过长，已截短").format(item=long[0][:12]), _("请拆分为几项"))
            told[name] = list(dict.fromkeys([*getattr(expert, name), *(item[: base.MAX_ITEM] for item in added)]))[
                :limit
            ]
        told |= {flag: True for flag in self._identities(values) if not getattr(expert, flag)}
        if values.get("capacity") is not None:
            capacity = values["capacity"]
            if expert.load <= capacity <= CAPACITY_MAX:
                told["capacity"] = capacity
            else:
                plan.outcome.warn(
                    "capacity",
                    _("容量应在在办单数和 {limit} 之间").format(limit=CAPACITY_MAX),
                    _("未采用，可在专家页面修改"),
                )
        if values.get("name") and values["name"] != expert.name:
            told["name"] = values["name"]
        plan.institution = (values.get("institution") or "")[:80].rstrip()
        if len(values.get("institution") or "") > 80:
            plan.outcome.warn("institution", _("单位名称超过 80 个字，已截短"), _("请填写规范全称"))
        for name, value in told.items():
            if getattr(expert, name) != value:
                plan.before[name] = _as_json(getattr(expert, name))
                setattr(expert, name, value)
        known = expert.institution.name if expert.institution else ""
        if plan.institution and plan.institution != known:
            plan.before["institution_id"] = expert.institution_id
        try:
            expert.clean_fields(exclude=["county", "user", "institution", "merged_into", "name_pinyin", "cooperation"])
        except ValidationError as exc:
            for name, messages in exc.message_dict.items():
                plan.before.pop(name, None)
                setattr(expert, name, Expert._meta.get_field(name).get_default())
                plan.outcome.warn(name, messages[0], _("未采用，请修改后重新导入"))

    def _identities(self, values: dict[str, Any]) -> set[str]:
        named = set(values.get("identity") or [])
        flags = {f"is_{'deputy' if name == 'former' else name}" for name in named}
        if not flags:
            if any(values.get(key) for key in ("team", "post", "sending_unit", "term", "started_on")):
                flags.add("is_deputy")
            if any(values.get(key) for key in ("appointment_number", "appointment_title", "appointment_term")):
                flags.add("is_advisor")
            if values.get("tie") or (values.get("native") and self.places.read(values["native"]) is not None):
                flags.add("is_hometown")
        if not flags and self.options.get("identity"):
            flags.add(f"is_{self.options['identity']}")
        return flags & set(FLAGS)

    def _places(self, values: dict[str, Any], plan: Plan) -> None:
        native = values.get("native") or ""
        kinds = list(values.get("tie") or [])
        region = self.places.read(native)
        if native and region is None:
            past = self.places.past(native)
            if past:
                plan.outcome.warn("native", *texts.abolished_words(native, past))
            else:
                plan.outcome.warn(
                    "native",
                    _("未能确定“{place}”的区划代码").format(place=native),
                    _("原文已保留，可在专家页面选择"),
                )
        if native and not set(kinds) & {TieKind.BIRTH, TieKind.ANCESTRAL}:
            kinds.insert(0, TieKind.ANCESTRAL)
        for kind in kinds:
            by_birth = kind in (TieKind.BIRTH, TieKind.ANCESTRAL) and native
            plan.related["ties"].append(
                HometownTie(kind=kind, region=region if by_birth else self.county, place=native if by_birth else "")
            )

    def _posts(self, values: dict[str, Any], plan: Plan) -> None:
        begin, end = values.get("started_on"), values.get("ended_on")
        if values.get("term"):
            first, last, understood = texts.split_term(values["term"])
            begin, end = begin or first, end or last
            if not understood:
                plan.outcome.warn(
                    "term", _("任期“{text}”无法识别").format(text=values["term"]), _("请写成 2022年9月至2023年8月")
                )
        if begin and end and end < begin:
            plan.outcome.warn("ended_on", _("任期结束早于开始"), _("未采用结束日期，请核对"))
            end = None
        team, unit, post = (values.get(key) or "" for key in ("team", "sending_unit", "post"))
        if team or unit or post or begin or end:
            place = self.places.read(values.get("post_place") or post)
            plan.team = team
            plan.related["postings"].append(
                Posting(sending_unit=unit, post=post, region=place, started_on=begin, ended_on=end)
            )
        number, title = values.get("appointment_number") or "", values.get("appointment_title") or ""
        begin = end = None
        if values.get("appointment_term"):
            begin, end, understood = texts.split_term(values["appointment_term"])
            if not understood:
                plan.outcome.warn("appointment_term", _("聘期无法识别"), _("请写成 2023年4月至2026年4月"))
        if number or title or begin:
            plan.related["appointments"].append(
                Appointment(title=title or _("柔性顾问"), number=number, started_on=begin, ended_on=end)
            )

    def _achievements(self, values: dict[str, Any], plan: Plan) -> None:
        for order, text in enumerate(texts.split_achievements(values.get("achievements") or "")):
            title, mark, summary = text.partition("：")
            if not mark or not 4 <= len(title) <= 80:
                title, summary = (text, "") if len(text) <= 200 else (text[:60] + "…", text)
            plan.related["achievements"].append(
                Achievement(
                    title=title.strip("《》")[:200],
                    summary=summary.strip(),
                    is_featured=order < FEATURED_MAX,
                    order=order,
                )
            )

    def _lists(self, values: dict[str, Any], plan: Plan) -> None:
        for name in values.get("chains") or []:
            bare = _bare_chain(name)
            chain = next((row for row in self.chains if row.name == name or _bare_chain(row.name) == bare), None)
            if chain is None:
                plan.outcome.warn(
                    "chains", _("本县没有产业链“{name}”").format(name=name), _("请改为本县产业链名称，或先在设置中添加")
                )
            elif chain not in plan.chains:
                plan.chains.append(chain)
        for name in values.get("disciplines") or []:
            discipline = self.disciplines.get(name)
            if discipline is None:
                plan.outcome.warn(
                    "disciplines", _("学科“{name}”不在国家标准中").format(name=name), _("请填写学科名称或代码")
                )
            elif discipline not in plan.disciplines:
                plan.disciplines.append(discipline)
        for name in values.get("groups") or []:
            group = self.groups.get(name)
            if group is None:
                plan.outcome.warn("groups", _("没有专家组“{name}”").format(name=name), _("请先建立专家组再导入"))
            else:
                plan.related["group_memberships"].append(GroupMembership(group=group))

    def _only_new(self, plan: Plan, target: Expert) -> None:
        """Of an update keep the relations that the register does not have yet."""
        related = plan.related
        if related["ties"]:
            ties = {(tie.kind, tie.region_id) for tie in target.ties.all()}
            related["ties"] = [tie for tie in related["ties"] if (tie.kind, tie.region_id) not in ties]
        if related["achievements"]:
            known = list(target.achievements.all())
            titles, room = {row.title for row in known}, FEATURED_MAX - sum(row.is_featured for row in known)
            related["achievements"] = [row for row in related["achievements"] if row.title not in titles]
            for number, row in enumerate(related["achievements"]):
                row.is_featured, row.order = number < room, len(known) + number
        if related["postings"]:
            posts = {
                (row.team.name if row.team else "", row.sending_unit, row.post, row.started_on)
                for row in target.postings.select_related("team")
            }
            related["postings"] = [
                row
                for row in related["postings"]
                if (plan.team, row.sending_unit, row.post, row.started_on) not in posts
            ]
        if related["appointments"]:
            held = {(row.title, row.number, row.started_on) for row in target.appointments.all()}
            related["appointments"] = [
                row for row in related["appointments"] if (row.title, row.number, row.started_on) not in held
            ]
        if related["group_memberships"]:
            groups = set(target.group_memberships.filter(ended_on=None).values_list("group_id", flat=True))
            related["group_memberships"] = [row for row in related["group_memberships"] if row.group_id not in groups]
        for name in ("chains", "disciplines"):
            if getattr(plan, name):
                have = set(getattr(target, name).values_list("pk", flat=True))
                setattr(plan, name, [row for row in getattr(plan, name) if row.pk not in have])
        if not (plan.before or plan.chains or plan.disciplines or any(plan.related.values())):
            plan.outcome.status = RowStatus.UNCHANGED


def _read_headline(values: dict[str, Any]) -> None:
    """某大学，某学院，副教授 in one cell, when the sheet has neither a title nor a department column."""
    if not values.get("institution") and values.get("sending_unit"):
        values["institution"] = values["sending_unit"]
    if values.get("institution") and "title" not in values and "department" not in values:
        head = texts.split_headline(values["institution"])
        values["institution"] = head.institution
        values["department"], values["title"] = head.department[:80], head.title[:40]
        values["position"] = values.get("position") or head.position[:60]


def _evidence(values: dict[str, Any]) -> dict[str, str]:
    born_on = values.get("born_on")
    return {
        "institution": normalise(values.get("institution") or "", "org").value[:80],
        "phone": values.get("phone") or "",
        "born_on": born_on.strftime("%Y-%m") if born_on else "",
    }


def _known(expert: Expert) -> dict[str, str]:
    return {
        "institution": expert.institution.name if expert.institution else "",
        "phone": expert.phone,
        "born_on": expert.born_on,
    }


def _shares(expert: Expert, values: dict[str, Any]) -> bool:
    known = _known(expert)
    return any(value and value == known[key] for key, value in _evidence(values).items())


def _differs(expert: Expert, values: dict[str, Any]) -> bool:
    known = _known(expert)
    return any(value and known[key] and value != known[key] for key, value in _evidence(values).items())


def _bare_chain(name: str) -> str:
    return normalise(name, "line").value.removesuffix("产业链").removesuffix("产业").removesuffix("链")


def _as_json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
