"""The tables of facts load whole, twice, and stand in their tree."""

import pytest

from core import reference
from core.enums import RegionLevel
from core.models import Discipline, Industry, Region

pytestmark = pytest.mark.django_db


def test_regions_of_one_county_stand_under_their_city():
    reference.load_regions(only=["370828"])
    reference.load_regions(only=["370828"])
    county = Region.objects.get(code="370828")
    assert (county.name, county.parent.code, county.parent.parent.code) == ("金乡县", "370800", "370000")
    towns = county.children.filter(level=RegionLevel.TOWN)
    assert towns.count() == 13
    assert towns.get(code="370828102").full_name == "山东省济宁市金乡县胡集镇"


def test_industries_and_disciplines_load_as_trees():
    assert reference.load_industries() == Industry.objects.count() == 1971
    assert Industry.objects.get(code="2614").parent.parent.code == "26"
    assert Industry.objects.filter(parent=None).count() == 20
    assert reference.load_disciplines() == Discipline.objects.count()
    assert Discipline.objects.get(code="530").parent is not None
