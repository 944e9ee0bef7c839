"""The one router of the API. Each app brings its view sets."""

from rest_framework.routers import SimpleRouter

router = SimpleRouter(use_regex_path=False)
