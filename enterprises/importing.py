"""What both registers of this app share at intake: the county's look-ups, and how one row is taken back."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from core.actor import Actor
from core.county import in_force
from core.errors import require
from core.intake.outcomes import RowOutcome
from core.models import Chain, Industry, Park, Region
from core.text import clean_line, normalise
from enterprises import permissions, selectors
from enterprises.models import Enterprise

CHUNK = 200


class Lookups:
    """Names of the county's chains, parks, towns and officers, read once per batch."""

    def prepare(self, county: Region, options: Mapping[str, Any] | None = None, *, actor: Actor) -> None:
        require(permissions.can_register(actor, county.pk))
        self.county, self.actor, self.options = county, actor, dict(options or {})
        self.decisions = {str(key): str(value) for key, value in (self.options.get("decisions") or {}).items()}
        self.changed: set[int] = set()
        self.chains = {bare_chain(row.name): row for row in Chain.objects.filter(county=county)}
        self.parks = {normalise(row.name, "org").value: row for row in Park.objects.filter(county=county)}
        towns = Region.objects.filter(parent=county).order_by("is_current").select_related("successor")
        # An abolished town counts as what the office said it became; a town in force of the same name comes first.
        self.towns = {row.name: now for row in towns if (now := in_force(row)) is not None}
        self.officers: dict[str, Any] = {}
        for officer in selectors.officers_of([county.pk]):
            # A name that two people bear names nobody.
            self.officers[officer.name] = None if officer.name in self.officers else officer
        self._industries: dict[str, Industry | None] = {}

    def chains_named(self, names: Iterable[str], outcome: RowOutcome, key: str) -> list[Chain]:
        found = []
        for name in names:
            chain = self.chains.get(bare_chain(name))
            if chain is None:
                outcome.warn(
                    key, _("本县没有产业链“{name}”").format(name=name), _("请改为本县产业链名称，或先在设置中添加")
                )
            elif chain not in found:
                found.append(chain)
        return found

    def officer_named(self, name: str, outcome: RowOutcome) -> Any:
        officer = self.officers.get(name)
        if name and officer is None:
            outcome.warn(
                "officer", _("没有找到帮办专员“{name}”").format(name=name), _("须是本县在岗的工作人员；可在页面上指派")
            )
        return officer

    def place_named(self, text: str) -> tuple[Park | None, Region | None]:
        """A park and a town out of one cell such as 胡集化工园区/胡集镇; either may be missing."""
        park = town = None
        for part in (normalise(text, "org").value, *re.split(r"[/、,，;；\s]+", text)):
            part = normalise(part, "org").value
            park = park or self.parks.get(part) or self._park_like(part)
            town = town or self._town_like(clean_line(part))
        return park, town

    def _park_like(self, text: str) -> Park | None:
        """The one park whose name holds the text, or the other way round."""
        if len(text) < 3:
            return None
        found = [park for name, park in self.parks.items() if text in name or name in text]
        return found[0] if len(found) == 1 else None

    def _town_like(self, text: str) -> Region | None:
        text = text.removeprefix(self.county.full_name).removeprefix(self.county.name)
        if not text:
            return None
        if text in self.towns:
            return self.towns[text]
        found = [town for name, town in self.towns.items() if re.sub(r"(镇|乡|街道|街道办事处)$", "", name) == text]
        return found[0] if len(found) == 1 else None

    def industry_named(self, text: str) -> Industry | None:
        """By code (with or without the section's letter) or by exact name; the finest level wins."""
        if text not in self._industries:
            code = re.match(r"[A-T]?(\d{2,4})(?!\d)", text.upper())
            rows = Industry.objects.filter(code=code[1]) if code else Industry.objects.filter(name=clean_line(text))
            self._industries[text] = rows.order_by("-code").first()
        return self._industries[text]


def bare_chain(name: str) -> str:
    return clean_line(name).removesuffix("产业链").removesuffix("产业").removesuffix("链")


def as_json(value: Any) -> Any:
    """A column's value as ``ImportRow.before`` can keep it."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value) if value.__class__.__name__ == "Decimal" else value


def restore(obj: Any, fields: Mapping[str, Any]) -> None:
    """Put kept values back onto ``obj``; the caller saves."""
    for name, value in fields.items():
        column = obj._meta.get_field(name.removesuffix("_id"))
        setattr(obj, name, value if name.endswith("_id") else column.to_python(value))


def is_as_left(obj: Any, after: Mapping[str, Any]) -> bool:
    """Whether the columns still hold what the import wrote."""
    return all(as_json(getattr(obj, name)) == value for name, value in after.items())


def firms_of(county: Region) -> list[Enterprise]:
    return list(Enterprise.objects.filter(county=county).exclude(status="merged").order_by("pk"))
