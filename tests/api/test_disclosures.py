"""Answers that hold contacts are never kept for repetition."""

import pytest
from model_bakery import baker

from accounts.models import IdempotencyKey

pytestmark = pytest.mark.django_db


def test_a_reveal_leaves_no_contact_behind(client, staff, county):
    expert = baker.make_recipe("tests.expert", county=county, phone="13900001234")
    client.force_login(staff)
    response = client.post(
        f"/api/v1/experts/{expert.code}/reveal-contact/",
        {"reason": "安排对接"},
        content_type="application/json",
        headers={"Idempotency-Key": "reveal-1"},
    )
    assert response.json()["phone"] == "13900001234"
    assert not IdempotencyKey.objects.exists()
