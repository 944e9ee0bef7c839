"""The API keeps what its schema says, for generated requests: no server error, no undocumented answer.

Run by ``.ci/run`` (or ``manage.py test tests/contract``) where schemathesis is installed. The requests go through the
WSGI application, middleware included, inside one test transaction per operation.
"""

import pytest
from django.core import signals
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings

from accounts.enums import TokenAccess
from accounts.services.profile import token_create
from core.actor import Actor
from core.api import throttling
from portal.wsgi import application
from tests import make

schemathesis = pytest.importorskip("schemathesis")
checks = pytest.importorskip("schemathesis.checks")

pytestmark = [pytest.mark.contract, pytest.mark.django_db]
EXAMPLES = 12  # per operation; the coverage phase of schemathesis comes on top
# Not "valid by the schema, so accepted": a schema cannot say which codes exist or what a county may see. Nor the
# reverse: it repeats known query parameters, of which the last one counts.
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
    checks.ignored_auth,
]

# The schema as it is served, bound to the application.
schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
schema.app = application


@pytest.fixture(autouse=True)
def _unthrottled(monkeypatch):
    monkeypatch.setattr(throttling.UserThrottle, "THROTTLE_RATES", {"user": "1000000/min"})
    monkeypatch.setattr(throttling.AnonThrottle, "THROTTLE_RATES", {"anon": "1000000/min"})


@pytest.fixture(autouse=True)
def _one_connection():
    """The application closes its connection after a request; here that connection holds the test's transaction."""
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    yield
    signals.request_started.connect(close_old_connections)
    signals.request_finished.connect(close_old_connections)


@pytest.fixture
def token(county, staff):
    """A county with something in it, and its officer's token that may write."""
    need = make.need()
    need.county = need.enterprise.county = county
    need.enterprise.save(update_fields=["county"])
    need.save(update_fields=["county"])
    make.order(need)
    return token_create(name="contract", actor=Actor(user=staff), access=TokenAccess.WRITE)[1]


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_answers_are_as_documented(case, token):
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)


@schema.parametrize()
@settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_answers_without_a_token(case, db):
    response = case.call()
    assert response.status_code in (400, 401, 403, 404, 405, 406, 415)
    assert response.headers["content-type"][0].startswith("application/problem+json")
