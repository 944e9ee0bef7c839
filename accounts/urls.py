from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("invitation/<str:raw>/", views.invitation_accept, name="invitation-accept"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read-all/", views.notification_read_all, name="notification-read-all"),
    path("inbox/<str:code>/", views.notification_open, name="notification-open"),
    path("settings/", views.profile, name="profile"),
    path("settings/display/", views.display, name="display"),
    path("settings/tokens/", views.token_list, name="token-list"),
    path("settings/tokens/<str:code>/revoke/", views.token_revoke, name="token-revoke"),
    path("settings/consent/", views.consent, name="consent"),
    path("settings/people/", views.people, name="people"),
    path("settings/people/invite/", views.invite, name="invite"),
    path("settings/people/grant/", views.scope_grant, name="scope-grant"),
    path("settings/people/revoke/", views.scope_revoke, name="scope-revoke"),
    path("settings/people/account/", views.user_state, name="user-state"),
    path("settings/invitations/<str:code>/revoke/", views.invitation_revoke, name="invitation-revoke"),
    path("settings/audit/", views.audit_list, name="audit-list"),
    path("county/", views.county_switch, name="county-switch"),
    path("role/", views.role_switch, name="role-switch"),
    path("acting/", views.act_for, name="act-for"),
    path("acting/end/", views.act_end, name="act-end"),
]
