from rest_framework.throttling import AnonRateThrottle, UserRateThrottle


class UserThrottle(UserRateThrottle):
    """Counted in the shared cache, per person."""


class AnonThrottle(AnonRateThrottle):
    """Counted per address behind ``NUM_PROXIES`` hops."""
