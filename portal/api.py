"""The one router of the API. Each app brings its view sets."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from accounts.api import views as accounts
from core.api import views as core
from engagements.api import views as engagements
from enterprises.api import views as enterprises
from experts.api import views as experts
from matching.api import views as matching
from reports.api import views as reports

router = SimpleRouter(use_regex_path=False)
router.register("notifications", accounts.NotificationViewSet)
router.register("jobs", core.JobViewSet)
router.register("regions", core.RegionViewSet)
router.register("industries", core.IndustryViewSet)
router.register("disciplines", core.DisciplineViewSet)
router.register("universities", core.UniversityViewSet)
router.register("chains", core.ChainViewSet)
router.register("parks", core.ParkViewSet)
router.register("experts", experts.ExpertViewSet)
router.register("enterprises", enterprises.EnterpriseViewSet)
router.register("needs", enterprises.NeedViewSet)
router.register("orders", engagements.OrderViewSet)
router.register("match-runs", matching.MatchRunViewSet)
router.register("need-matches", matching.NeedMatchesViewSet, basename="need-matches")
router.register("exports", reports.ExportViewSet)

urlpatterns = [
    path("me/", accounts.MeView.as_view(), name="me"),
    *router.urls,
]
