"""Abolished divisions that a county's registers still name: rows that point at them, and places kept as written."""

from collections import defaultdict
from dataclasses import dataclass, field

from core.county import in_force
from core.models import Region
from enterprises.models import Enterprise
from experts.models import HometownTie, Posting
from experts.texts import Places

MAX_TEXTS = 5000  # distinct places as written that one page looks at


@dataclass
class InUse:
    region: Region
    count: int = 0
    written: list = field(default_factory=list)  # as the registers have it

    @property
    def successor(self):
        return in_force(self.region.successor)


def abolished_in_use(county):
    """[InUse] of one county, those without a successor first."""
    found = {}
    for rows in (
        HometownTie.objects.filter(expert__county=county, region__is_current=False),
        Posting.objects.filter(expert__county=county, region__is_current=False),
    ):
        for row in rows.select_related("region__successor"):
            found.setdefault(row.region_id, InUse(row.region)).count += 1
    for firm in Enterprise.objects.filter(county=county, town__is_current=False).select_related("town__successor"):
        found.setdefault(firm.town_id, InUse(firm.town)).count += 1
    texts = defaultdict(int)
    written = HometownTie.objects.filter(expert__county=county, region=None).exclude(place="")
    for place in written.values_list("place", flat=True):
        texts[place] += 1
    places = Places.of(county) if texts else None
    for text, count in list(texts.items())[:MAX_TEXTS]:
        for region in one_per_place(places.past(text) or ()):
            row = found.setdefault(region.pk, InUse(region))
            row.count += count
            row.written.append(text)
    return sorted(found.values(), key=lambda row: (row.successor is not None, row.region.code))


def one_per_place(regions):
    """A place had several codes in its time: the one whose successor is named stands for them, else the last."""
    rows = sorted(regions, key=lambda row: (row.successor_id is not None, row.code))
    return list({row.full_name: row for row in rows}.values())
