"""Counted in the shared cache. What is left is told on every answer (``core.api.middleware``)."""

import math

from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

from core.net import client_ip


class ToldMixin:
    def allow_request(self, request, view):
        allowed = super().allow_request(request, view)
        history = getattr(self, "history", None)
        if history is not None and self.num_requests:
            left = max(0, self.num_requests - len(history))
            reset = math.ceil(self.duration - (self.now - history[-1])) if history else self.duration
            request._request.rate_limit = (self.num_requests, left, max(reset, 0))
        return allowed

    def get_ident(self, request):
        return client_ip(request)


class UserThrottle(ToldMixin, UserRateThrottle):
    """Per person, whether by session or by token."""


class AnonThrottle(ToldMixin, AnonRateThrottle):
    """Per address as our own outermost proxy saw it."""
