"""``demo`` fills an empty database or its own, nobody else's."""

import pytest
from django.core.management.base import CommandError
from django.db import connection
from model_bakery import baker

from portal import embedded
from portal.embedded import Stage
from portal.management.commands.demo import Command

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _unmarked():
    """The mark is outside of transactions on SQLite, and on PostgreSQL it belongs to the database."""
    before = embedded.stage()
    yield
    embedded.mark(before)


@pytest.mark.parametrize("stage", [Stage.FILLING, Stage.LOADED, Stage.SCORED])
def test_the_mark_is_kept_in_the_database(stage):
    embedded.mark(stage)
    assert embedded.stage() == stage


def test_a_fresh_schema_is_nobodys():
    assert embedded.stage() == Stage.FOREIGN
    assert embedded.foreign_rows() == {}


def test_people_of_another_installation_are_seen():
    user = baker.make("accounts.User")
    assert embedded.foreign_rows() == {type(user)._meta.db_table: 1}


def test_tables_of_another_program_are_seen():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE payroll (id integer)")
        cursor.execute("INSERT INTO payroll VALUES (1)")
    assert embedded.foreign_rows() == {"payroll": 1}


def test_demo_refuses_a_foreign_database_and_names_what_is_in_it():
    baker.make("accounts.User")
    with pytest.raises(CommandError, match="accounts_user 1"):
        Command().claim_database(reset=False)
    assert embedded.stage() == Stage.FOREIGN


def test_reset_spares_a_foreign_database_too(monkeypatch):
    baker.make("accounts.User")
    monkeypatch.setattr(embedded, "discard", lambda: pytest.fail("discarded"))
    with pytest.raises(CommandError):
        Command().claim_database(reset=True)


def test_demo_takes_a_fresh_schema():
    Command().claim_database(reset=False)
    assert embedded.stage() == Stage.FILLING


def test_a_loaded_database_stays_as_it_is():
    embedded.mark(Stage.SCORED)
    baker.make("accounts.User")
    Command().claim_database(reset=False)
    assert embedded.stage() == Stage.SCORED
