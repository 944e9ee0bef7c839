"""Shared fixtures: two counties of one city, and the people who look at them."""

import pytest
from model_bakery import baker

from portal.invariants import CHECKS, violations
from tests import make

# What holds also for rows that a test put there by hand, without the services that keep the record.
ALWAYS = ("I3", "I5", "I6", "I8", "I9", "I14")


@pytest.fixture(autouse=True)
def _invariants_hold(request):
    """Before the database of a transactional test is flushed, the check of the running installation is asked: all of
    it after a walk in the browser, else what needs no record, and what the mark ``invariants`` adds."""
    marker = request.node.get_closest_marker("django_db")
    transactional = marker is not None and marker.kwargs.get("transaction")
    walked = "live_server" in request.fixturenames
    if not (transactional or walked or "transactional_db" in request.fixturenames):
        yield
        return
    request.getfixturevalue("transactional_db")  # set up before, so that it is flushed after
    yield
    more = request.node.get_closest_marker("invariants")
    everything = tuple(code for code in CHECKS if code != "I12")  # the tests of a run share one folder of files
    codes = everything if walked else ALWAYS + (more.args if more else ())
    assert violations(codes) == []


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
