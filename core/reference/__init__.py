"""Tables of facts, loaded from the CSV files beside this module: divisions, industries, disciplines, universities.

Nothing here is written from memory. Division codes follow GB/T 2260, towns as of mid-2023; an abolished code keeps its
row without a successor until a kept library or the office names one.
"""

import csv
from pathlib import Path

from django.db import transaction

from core.enums import IndustryLevel, RegionLevel
from core.models import Discipline, Industry, Region, University

FOLDER = Path(__file__).parent
INDUSTRY_LEVELS = {
    "门类": IndustryLevel.SECTION,
    "大类": IndustryLevel.DIVISION,
    "中类": IndustryLevel.GROUP,
    "小类": IndustryLevel.CLASS,
}
DISCIPLINE_LEVELS = {"门类": 0, "一级": 1, "二级": 2, "三级": 3}
CHUNK = 2000


def read(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _upsert(model, rows, fields):
    model.objects.bulk_create(
        rows, batch_size=CHUNK, update_conflicts=True, unique_fields=["code"], update_fields=fields
    )


def _parent_codes(code):
    """Codes above a county-level code that may exist, nearest first: prefecture, province."""
    return [above for above in (code[:4] + "00", code[:2] + "0000") if above != code]


def load_regions(only=None):
    """All divisions, or those whose code starts with one of ``only`` (and what stands above them)."""
    wanted = None if only is None else tuple(only)

    def keep(code):
        return wanted is None or code.startswith(wanted) or any(w.startswith(code.rstrip("0")) for w in wanted)

    current = [row for row in read("divisions_county_current.csv") if keep(row["code"])]
    names = {row["code"]: row["name"] for row in current}
    rows = {}
    for row in current:
        above = [names[code] for code in reversed(_parent_codes(row["code"])) if code in names]
        rows[row["code"]] = Region(
            code=row["code"], name=row["name"], level=row["level"], full_name="".join([*above, row["name"]])
        )
    for row in read("divisions_county_all_historic.csv"):
        code = row["code"]
        if code in rows or not keep(code):
            continue
        level = RegionLevel.PROVINCE if code.endswith("0000") else RegionLevel.COUNTY
        if level == RegionLevel.COUNTY and code.endswith("00"):
            level = RegionLevel.PREFECTURE
        above = [names[c] for c in reversed(_parent_codes(code)) if c in names]
        rows[code] = Region(
            code=code, name=row["name"], level=level, is_current=False, full_name="".join([*above, row["name"]])
        )
    towns = [row for row in read("divisions_town_2023.csv") if keep(row["county_code"])]
    ids = {}
    with transaction.atomic():
        for level in (RegionLevel.PROVINCE, RegionLevel.PREFECTURE, RegionLevel.COUNTY):  # parents first
            layer = [region for region in rows.values() if region.level == level]
            for region in layer:
                region.parent_id = next((ids[c] for c in _parent_codes(region.code) if c in ids), None)
            _upsert(Region, layer, ["name", "level", "parent", "is_current", "full_name"])
            ids.update(Region.objects.filter(level=level).values_list("code", "pk"))
        # Some towns sit under statistical county codes that the list of counties lacks: the prefecture takes them.
        _upsert(
            Region,
            [
                Region(
                    code=row["code"],
                    name=row["name"],
                    level=RegionLevel.TOWN,
                    parent_id=ids.get(row["county_code"]) or ids.get(row["county_code"][:4] + "00"),
                    full_name=(rows[row["county_code"]].full_name if row["county_code"] in rows else "") + row["name"],
                )
                for row in towns
            ],
            ["name", "level", "parent", "full_name"],
        )
    return len(rows) + len(towns)


def _load_tree(model, name, levels):
    """One table whose rows name their parent; ``levels`` is ordered from the top."""
    rows, ids = list(read(name)), {}
    with transaction.atomic():
        for label, level in levels.items():  # parents first
            layer = [
                model(code=row["code"], name=row["name"], level=level, parent_id=ids.get(row["parent"]))
                for row in rows
                if row["level"] == label
            ]
            _upsert(model, layer, ["name", "level", "parent"])
            ids = dict(model.objects.values_list("code", "pk"))
    return len(rows)


def load_industries():
    return _load_tree(Industry, "gbt4754_2017.csv", INDUSTRY_LEVELS)


def load_disciplines():
    return _load_tree(Discipline, "gbt13745_2009.csv", DISCIPLINE_LEVELS)


def load_universities():
    rows = [
        University(
            code=row["moe_code"], name=row["name"], authority=row["authority"], city=row["city"], level=row["level"]
        )
        for row in read("universities_moe.csv")
    ]
    with transaction.atomic():
        _upsert(University, rows, ["name", "authority", "city", "level"])
    return len(rows)
