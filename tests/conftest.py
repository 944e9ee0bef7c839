"""Shared fixtures: two counties of one city, and the people who look at them."""

import pytest
from model_bakery import baker

from tests import make


@pytest.fixture
def city(db):
    return baker.make_recipe("tests.city")


@pytest.fixture
def county(city):
    return baker.make_recipe("tests.county", parent=city)


@pytest.fixture
def other_county(db):
    """A county of another city."""
    return baker.make_recipe("tests.county", parent=baker.make_recipe("tests.city"))


@pytest.fixture
def staff(county):
    return make.user_with("staff", county)


@pytest.fixture
def city_staff(city, county):
    return make.user_with("staff", city)


@pytest.fixture
def leader(county):
    return make.user_with("leader", county)


@pytest.fixture
def admin(county):
    return make.user_with("admin", county)


@pytest.fixture
def other_staff(other_county):
    """The stranger: the same role in a county that is none of theirs."""
    return make.user_with("staff", other_county)
