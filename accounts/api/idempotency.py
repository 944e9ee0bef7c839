"""``Idempotency-Key``: a write that is sent again repeats the answer and not the effect."""

import hashlib
import json
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from rest_framework.authentication import get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from accounts.api.authentication import TokenAuthentication
from accounts.models import IdempotencyKey
from core.api.problems import plain_problem

HEADER = "Idempotency-Key"
WRITES = ("POST", "PATCH", "PUT", "DELETE")
KEPT_HEADERS = ("Content-Type", "Location", "ETag")
MAX_KEY = 100
DISCLOSURES = ("/reveal-contact/",)  # answers that hold contacts are never stored; revealing twice harms nobody
# Nothing was decided, or it was decided about the caller and not about the request: the next try is a first try.
NOT_KEPT = (401, 403, 408, 413, 425, 429)


class IdempotencyMiddleware:
    """Keyed by person and key. The row is written before the view runs, so of two requests at once one runs and the
    other is told to wait; a failed request (5xx) gives its key back, for its transaction left nothing behind."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        key = request.headers.get(HEADER, "")
        if not key or request.method not in WRITES or not request.path.startswith("/api/"):
            return self.get_response(request)
        if request.path.endswith(DISCLOSURES):
            return self.get_response(request)
        user = who(request)
        if user is None:
            return self.get_response(request)  # refused by the view
        if len(key) > MAX_KEY or not key.isprintable():
            words = _("幂等键最长 {count} 个可见字符。").format(count=MAX_KEY)
            return plain_problem(request, 400, detail=words, code="bad_idempotency_key")
        try:
            fingerprint = request_hash(request)
        except RequestDataTooBig:
            return plain_problem(request, 413)
        row, kept = claim(user, key, fingerprint)
        if row is None:
            return repeat(request, kept, fingerprint)
        try:
            response = self.get_response(request)
        except BaseException:
            IdempotencyKey.objects.filter(pk=row.pk).delete()
            raise
        keep(row, response)
        return response


def who(request):
    """The person behind the session or the token, as the view will see it."""
    if get_authorization_header(request):
        try:
            found = TokenAuthentication().authenticate(request)
        except AuthenticationFailed:
            return None
        return found[0] if found else None
    return request.user if request.user.is_authenticated else None


def request_hash(request):
    parts = (request.method, request.get_full_path(), request.content_type)
    return hashlib.sha256("\n".join(parts).encode(errors="replace") + b"\n" + request.body).hexdigest()


def claim(user, key, fingerprint):
    """(new row, None) when this request is the first, else (None, the row that was)."""
    IdempotencyKey.objects.filter(
        user=user, key=key, created_at__lt=now() - timedelta(hours=settings.IDEMPOTENCY_HOURS)
    ).delete()
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(user=user, key=key, request_hash=fingerprint), None
    except IntegrityError:
        return None, IdempotencyKey.objects.filter(user=user, key=key).first()


def repeat(request, kept, fingerprint):
    if kept is not None and kept.request_hash != fingerprint:
        words = _("这个幂等键已用于另一个请求，请换一个。")
        return plain_problem(request, 422, detail=words, code="idempotency_key_reused")
    if kept is None or kept.status_code is None:
        response = plain_problem(request, 409, detail=_("同一请求正在处理，请稍候再试。"), code="in_flight")
        response.headers["Retry-After"] = "1"
        return response
    content = kept.body["content"]
    body = b"" if content is None else json.dumps(content, ensure_ascii=False).encode()
    response = HttpResponse(body, status=kept.status_code, headers=kept.body["headers"])
    response.headers["Idempotent-Replayed"] = "true"
    return response


def keep(row, response):
    """Store the answer, or give the key back when it decided nothing."""
    content, storable = None, not response.streaming
    if storable and response.content:
        try:
            content = json.loads(response.content)
        except ValueError:
            storable = False
    if response.status_code >= 500 or response.status_code in NOT_KEPT or not storable:
        IdempotencyKey.objects.filter(pk=row.pk).delete()
        return
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    IdempotencyKey.objects.filter(pk=row.pk).update(
        status_code=response.status_code, body={"content": content, "headers": headers}
    )
