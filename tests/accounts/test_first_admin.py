"""The one account that nobody invites: the first administrator of a region, made on the machine itself."""

import io

import pytest
from django.core.management import CommandError, call_command

from accounts.enums import Role
from accounts.models import User
from core.models import AuditEvent

pytestmark = pytest.mark.django_db
PASSWORD = "shan-hai-2026-guan"


def create(monkeypatch, region, username="qinwei", password=PASSWORD):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    call_command("create_admin", region=region.code, username=username, stdout=io.StringIO())


def test_the_first_administrator_is_made_on_record(monkeypatch, county):
    create(monkeypatch, county)
    person = User.objects.get(username="qinwei")
    assert person.check_password(PASSWORD)
    assert person.has_role(Role.ADMIN)
    assert AuditEvent.objects.get(verb="scope_grant").channel == "system"


def test_a_second_one_is_invited_not_made(monkeypatch, county, admin):
    with pytest.raises(CommandError, match="已有管理员"):
        create(monkeypatch, county)
    assert not User.objects.filter(username="qinwei").exists()


def test_a_weak_password_makes_nothing(monkeypatch, county):
    with pytest.raises(CommandError):
        create(monkeypatch, county, password="12345678")
    assert not User.objects.filter(username="qinwei").exists()


def test_an_unknown_region_says_what_to_do(monkeypatch, county):
    with pytest.raises(CommandError, match="load_reference"):
        call_command("create_admin", region="999999", username="qinwei")
