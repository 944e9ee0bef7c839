"""``-p tests.more_examples``: generated tests look harder than a developer has time for. Loaded by ``.ci/run``."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "thorough", max_examples=500, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("thorough")
