"""One tie of a person to a place, inside the transaction of the service that adds it."""

from django.utils.translation import gettext as _

from core.errors import Invalid
from core.models import Region
from core.text import normalise
from experts.enums import TieKind
from experts.models import Expert, HometownTie


def tie_create(
    expert: Expert, *, kind: str, region: Region | None = None, place: str = "", note: str = ""
) -> tuple[HometownTie, bool]:
    """The tie, and whether it is new. A place that no division code is known for stays as it was written."""
    place, note = normalise(place, "line").value, normalise(note, "line").value
    if kind not in TieKind.values:
        raise Invalid(_("请选择关系类型。"), field="kind")
    if region is None and not place:
        raise Invalid(_("请选择或填写地点。"), code="required", field="region")
    if len(place) > 100 or len(note) > 100:
        raise Invalid(_("地点和说明各不超过 100 个字。"), field="note")
    same = expert.ties.filter(kind=kind, region=region, **({} if region else {"place": place})).first()
    if same:
        return same, False
    return HometownTie.objects.create(expert=expert, kind=kind, region=region, place=place, note=note), True
