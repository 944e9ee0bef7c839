"""Rows whose parts must agree: the county of a need is its firm's, an order's need and expert share a county."""

from datetime import timedelta

from django.utils.timezone import now
from model_bakery import baker

from core import audit
from core.actor import Actor
from portal.invariants import CHECKS, violations


def user_with(role, region, **fields):
    """A person with one office role."""
    user = baker.make_recipe("tests.user", **fields)
    baker.make_recipe("tests.scope", user=user, role=role, region=region)
    return user


def member_of(enterprise, **fields):
    user = baker.make_recipe("tests.user", **fields)
    baker.make_recipe("tests.membership", enterprise=enterprise, user=user)
    return user


def expert_with_user(county, **fields):
    """An expert who signs in: the row, the user and the affiliation that goes with them."""
    user = baker.make_recipe("tests.user")
    expert = baker.make_recipe("tests.expert", county=county, user=user, **fields)
    baker.make("accounts.Affiliation", user=user, region=county, subject_code=expert.code)
    return expert


def need(enterprise=None, **fields):
    """A published need unless told otherwise."""
    enterprise = enterprise or baker.make_recipe("tests.enterprise")
    fields = {
        "title": "大蒜切片烘干能耗过高",
        "blind_title": "农产品烘干节能改造",
        "situation": "热风烘干每吨耗电 420 千瓦时，色泽不稳定。",
        "types": ["technical"],
        "status": "published",
        "confidentiality": "summary",
        "published_at": now(),
    } | fields
    row = baker.make("enterprises.Need", enterprise=enterprise, county=enterprise.county, **fields)
    audit.record(row, "create", actor=Actor.system("测试"), new=row.status)
    return row


def order(need_row=None, expert=None, **fields):
    """An offered order unless told otherwise."""
    need_row = need_row or need()
    expert = expert or baker.make_recipe("tests.expert", county=need_row.county)
    fields = {"status": "offered", "offered_at": now(), "expires_at": now() + timedelta(days=5)} | fields
    row = baker.make("engagements.Order", need=need_row, expert=expert, **fields)
    audit.record(row, "create", actor=Actor.system("测试"), new=row.status, county=need_row.county)
    return row


def unsound():
    """What the invariants find, but for files: the tests of a run share one folder of them."""
    return violations(tuple(code for code in CHECKS if code != "I12"))
