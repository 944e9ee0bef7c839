"""``Authorization: Bearer qx_…``: personal tokens, hashed at rest, expiring, read per request."""

import hashlib
from datetime import timedelta

from django.utils.timezone import now
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import ApiToken


class TokenAuthentication(BaseAuthentication):
    keyword = "Bearer"

    def authenticate(self, request):
        header = get_authorization_header(request).split()
        if not header or header[0].lower() != b"bearer":
            return None
        if len(header) != 2:
            raise AuthenticationFailed(_("令牌格式不正确，应为“Bearer 令牌”。"))
        token = (
            ApiToken.objects.select_related("user")
            .filter(token_hash=hashlib.sha256(header[1]).hexdigest(), revoked_at=None, expires_at__gt=now())
            .first()
        )
        if token is None or not token.user.is_active:
            raise AuthenticationFailed(_("令牌无效、已过期或已撤销。"))
        if token.last_used_at is None or token.last_used_at < now() - timedelta(minutes=5):
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now())
        return token.user, token

    def authenticate_header(self, request):
        return self.keyword
