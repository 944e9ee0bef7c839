from allauth.account import views as sign_in
from django.contrib.auth.decorators import login_required
from django.urls import include, path, re_path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView

from portal import api, styleguide, views

# Of the sign-in library only the pages in use: accounts are made by invitation, addresses are kept on the own page.
SIGN_IN = [
    path("login/", sign_in.login, name="account_login"),
    path("logout/", sign_in.logout, name="account_logout"),
    path("inactive/", sign_in.account_inactive, name="account_inactive"),
    path("reauthenticate/", sign_in.reauthenticate, name="account_reauthenticate"),
    path("password/change/", sign_in.password_change, name="account_change_password"),
    path("password/set/", sign_in.password_set, name="account_set_password"),
    path("password/reset/", sign_in.password_reset, name="account_reset_password"),
    path("password/reset/done/", sign_in.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        sign_in.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", sign_in.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("2fa/", include("allauth.mfa.urls")),
]
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("help/", views.help_page, name="help"),
    path("language/", set_language, name="set_language"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("styleguide/progress/<int:step>/", styleguide.styleguide_progress, name="styleguide-progress"),
    path("styleguide/reveal/", styleguide.styleguide_reveal, name="styleguide-reveal"),
    path("styleguide/<slug:section>/", styleguide.styleguide, name="styleguide-section"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("accounts/", include(SIGN_IN)),
    path("", include("accounts.urls")),
    path("settings/", include("portal.county_urls")),
    path("imports/", include("portal.import_urls")),
    path("experts/", include("experts.urls")),
    path("", include("enterprises.urls")),
    path("", include("matching.urls")),
    path("", include("engagements.urls")),
    path("reports/", include("reports.urls")),
    path("api/v1/", include(api)),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", login_required(views.ApiDocs.as_view(url_name="api-schema")), name="api-docs"),
]
handler400 = "portal.views.bad_request"
handler403 = "portal.views.forbidden"
handler404 = "portal.views.not_found"
handler500 = "portal.views.failed"
