"""The register's rows written in chunks, and taken back."""

from collections.abc import Sequence
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import ProtectedError
from django.utils.timezone import now
from django.utils.translation import gettext as _

from core import audit, outbox
from core.enums import RowStatus
from core.intake.outcomes import RowOutcome
from core.intake.rows import RowResult
from experts.import_plans import RELATED, Plan, Planner
from experts.models import (
    Expert,
    Institution,
    Team,
)
from experts.services import base
from experts.services.affiliations import affiliations_sync

CHUNK = 200


class ExpertRows(Planner):
    """One batch. New rows cost no query until they are written. Options: ``identity`` (of rows that name none),
    ``decisions`` {row number: "new" or the code of a known row}."""

    def preview(self, rows: Sequence[RowResult]) -> list[RowOutcome]:
        """The verdict of each row, nothing written."""
        outcomes = []
        for row in rows:
            plan = self.plan(row)
            if plan.expert is not None and plan.outcome.status == RowStatus.CREATED:
                plan.expert.institution = Institution(name=plan.institution) if plan.institution else None
                self._index(plan.expert)  # a second line about the same person is seen as such
            outcomes.append(plan.outcome)
        return outcomes

    def apply(self, rows: Sequence[RowResult]) -> list[RowOutcome]:
        """Write the rows, each whole or not at all, and say what became of each. Runs inside a transaction."""
        outcomes: list[RowOutcome] = []
        chunk: list[RowResult] = []
        names: set[str] = set()
        for row in rows:
            name = row.values.get("name", "")
            if len(chunk) >= CHUNK or name in names:  # a second line about one person must see the first
                outcomes += self._apply_chunk(chunk)
                chunk, names = [], set()
            chunk.append(row)
            names.add(name)
        return outcomes + (self._apply_chunk(chunk) if chunk else [])

    def finish(self) -> None:
        """One announcement for the whole batch."""
        if self.changed:
            outbox.emit("expert.changed", {"county_id": self.county.pk, "expert_ids": sorted(self.changed)})
            self.changed = set()

    # -- writing

    def _apply_chunk(self, rows: Sequence[RowResult]) -> list[RowOutcome]:
        plans = [self.plan(row) for row in rows]
        try:
            with transaction.atomic():
                self._write(plans)
        except DatabaseError:
            self._forget_unsaved()
            if len(rows) == 1:
                outcome = RowOutcome(RowStatus.REJECTED)
                outcome.reject("name", _("数据库不接受这一行"), _("请检查异常字符或过长的内容"))
                return [outcome]
            return [outcome for row in rows for outcome in self._apply_chunk([row])]
        for plan in plans:
            if plan.outcome.status in (RowStatus.CREATED, RowStatus.UPDATED) and plan.expert is not None:
                plan.outcome.object_id, plan.outcome.object_code = plan.expert.pk, plan.expert.code
                self.changed.add(plan.expert.pk)
                if plan.outcome.status == RowStatus.CREATED:
                    self._index(plan.expert)
                else:
                    self._replace(plan.expert)
        return [plan.outcome for plan in plans]

    def _write(self, plans: list[Plan]) -> None:
        written = [p for p in plans if p.outcome.status in (RowStatus.CREATED, RowStatus.UPDATED)]
        for plan in written:
            self._resolve(plan)
        fresh = [plan for plan in written if plan.outcome.status == RowStatus.CREATED]
        for plan in fresh:
            base.derive_name(plan.expert)
            base.derive_search(
                plan.expert,
                disciplines=[row.name for row in plan.disciplines],
                achievements=[row.title for row in plan.related["achievements"]],
            )
        Expert.objects.bulk_create([plan.expert for plan in fresh])
        self._write_related(written)
        for plan in written:
            if plan.outcome.status == RowStatus.UPDATED:
                self._save(plan)
            verb = "import" if plan.outcome.status == RowStatus.CREATED else "import_update"
            data = {"row": plan.row.number, "fields": sorted(plan.before)} if plan.before else {"row": plan.row.number}
            audit.record(plan.expert, verb, actor=self.actor, data=data)

    def _resolve(self, plan: Plan) -> None:
        if plan.institution:
            plan.expert.institution = self._institution(plan.institution)
        if plan.team:
            if plan.team not in self.teams:
                self.teams[plan.team] = Team.objects.get_or_create(county=self.county, name=plan.team)[0]
            for posting in plan.related["postings"]:
                posting.team = self.teams[plan.team]

    def _institution(self, name: str) -> Institution:
        if name not in self.institutions:
            university = self.universities.get(name)
            self.institutions[name] = Institution.objects.get_or_create(
                name=name, defaults={"university": university, "city": university.city if university else ""}
            )[0]
        return self.institutions[name]

    def _write_related(self, plans: list[Plan]) -> None:
        for name in RELATED:
            rows = []
            for plan in plans:
                for row in plan.related[name]:
                    row.expert = plan.expert
                    rows.append(row)
            rows[0].__class__.objects.bulk_create(rows) if rows else None
        for name in ("chains", "disciplines"):
            through = getattr(Expert, name).through
            column = f"{name.removesuffix('s')}_id"
            through.objects.bulk_create(
                [through(expert_id=p.expert.pk, **{column: row.pk}) for p in plans for row in getattr(p, name)]
            )
        for user_id in {p.expert.user_id for p in plans if p.related["group_memberships"] and p.expert.user_id}:
            affiliations_sync(user_id)

    def _save(self, plan: Plan) -> None:
        expert = plan.expert
        if "name" in plan.before:
            base.derive_name(expert)
        base.refresh_search(expert)
        expert.version += 1
        expert.profile_updated_at = now()
        names = [name.removesuffix("_id") for name in plan.before]
        expert.save(
            update_fields=[*names, "name_pinyin", "name_initials", "search_text", "version", "profile_updated_at",
                           "updated_at"]
        )  # fmt: skip
        added = {name: [row.pk for row in plan.related[name]] for name in RELATED if plan.related[name]}
        added |= {name: [row.pk for row in getattr(plan, name)] for name in ("chains", "disciplines")}
        plan.outcome.before = {"fields": plan.before, "added": added, "version": expert.version}

    def _replace(self, expert: Expert) -> None:
        old = self.by_code[expert.code]
        self.by_name[old.name].remove(old)
        self._index(expert)

    def _forget_unsaved(self) -> None:
        """After a rolled-back chunk the caches may hold rows that are not there."""
        self.institutions = {row.name: row for row in Institution.objects.all()}
        self.teams = {row.name: row for row in Team.objects.filter(county=self.county)}

    # -- taking back

    def undo(self, rows: Sequence[Any]) -> list[RowOutcome]:
        """Take rows of a batch back, the last first. What somebody changed or used since stays and is reported."""
        return [self._undo(row) for row in sorted(rows, key=lambda row: -row.number)][::-1]

    def _undo(self, row: Any) -> RowOutcome:
        outcome = RowOutcome(RowStatus.UNCHANGED, row.object_id, row.object_code)
        expert = Expert.objects.select_for_update(no_key=True).filter(pk=row.object_id, county=self.county).first()
        if expert is None or row.status not in (RowStatus.CREATED, RowStatus.UPDATED):
            return outcome
        expected = 1 if row.status == RowStatus.CREATED else row.before.get("version")
        # A later line of the same file about the same person has just been taken back: that is no change of others.
        is_as_left = expert.version == expected or self.taken_back.get(expert.pk) == (expert.version, expected)
        if not is_as_left or expert.load or (row.status == RowStatus.CREATED and expert.user_id):
            outcome.warn("name", _("导入后已被修改或使用，未撤销"), _("请在专家页面手工处理"))
            return outcome
        try:
            with transaction.atomic():
                if row.status == RowStatus.CREATED:
                    audit.record(expert, "undo", actor=self.actor, data={"name": expert.name})
                    expert.delete()
                else:
                    self._restore(expert, row.before)
        except ProtectedError:
            outcome.warn("name", _("已有订单或记录引用该专家，未撤销"), _("可将其退出专家库"))
            return outcome
        self.changed.add(row.object_id)
        outcome.status = RowStatus(row.status)
        return outcome

    def _restore(self, expert: Expert, before: dict[str, Any]) -> None:
        for name, pks in before["added"].items():
            if name in RELATED:
                getattr(expert, name).filter(pk__in=pks).delete()
            else:
                getattr(expert, name).remove(*pks)
        for name, value in before["fields"].items():
            column = Expert._meta.get_field(name.removesuffix("_id"))
            setattr(expert, name, value if name.endswith("_id") else column.to_python(value))
        base.derive_name(expert)
        base.refresh_search(expert)
        expert.version += 1
        self.taken_back[expert.pk] = (expert.version, before["version"] - 1)
        expert.save()
        if expert.user_id:
            affiliations_sync(expert.user_id)
        audit.record(expert, "undo", actor=self.actor, data={"fields": sorted(before["fields"])})
