from django.urls import include, path

from enterprises import views

app_name = "enterprises"
FIRMS = [
    path("", views.enterprise_list, name="enterprise-list"),
    path("new/", views.enterprise_create, name="enterprise-create"),
    path("verify/", views.verify_queue, name="verify-queue"),
    path("mine/", views.own, name="own"),
    path("views/save/", views.enterprise_view_save, name="enterprise-view-save"),
    path("views/remove/", views.enterprise_view_remove, name="enterprise-view-remove"),
    path("<str:code>/", views.enterprise_detail, name="enterprise-detail"),
    path("<str:code>/edit/", views.enterprise_edit, name="enterprise-edit"),
    path("<str:code>/verify/", views.enterprise_verify, name="enterprise-verify"),
    path("<str:code>/refuse/", views.enterprise_refuse, name="enterprise-refuse"),
    path("<str:code>/archive/", views.enterprise_archive, name="enterprise-archive"),
    path("<str:code>/restore/", views.enterprise_restore, name="enterprise-restore"),
    path("<str:code>/assign/", views.enterprise_assign, name="enterprise-assign"),
    path("<str:code>/reveal/<str:field>/", views.enterprise_reveal, name="enterprise-reveal"),
    path("<str:code>/members/remove/", views.member_remove, name="member-remove"),
    path("<str:code>/merge/", views.merge_choose, name="merge-choose"),
    path("<str:code>/merge/<str:other>/", views.merge, name="merge"),
]
NEEDS = [
    path("", views.need_list, name="need-list"),
    path("new/", views.need_create, name="need-create"),
    path("review/", views.review_queue, name="review-queue"),
    path("bulk/", views.need_bulk, name="need-bulk"),
    path("views/save/", views.need_view_save, name="need-view-save"),
    path("views/remove/", views.need_view_remove, name="need-view-remove"),
    path("<str:code>/", views.need_detail, name="need-detail"),
    path("<str:code>/edit/", views.need_edit, name="need-edit"),
    path("<str:code>/autosave/", views.need_autosave, name="need-autosave"),
    path("<str:code>/completeness/", views.need_completeness, name="need-completeness"),
    path("<str:code>/assign/", views.need_assign, name="need-assign"),
    path("<str:code>/rewrite/", views.need_rewrite, name="need-rewrite"),
    path("<str:code>/move/<str:move>/", views.need_move, name="need-move"),
    path("<str:code>/files/", views.attachment_add, name="attachment-add"),
    path("<str:code>/files/<str:file_code>/", views.attachment, name="attachment"),
    path("<str:code>/files/<str:file_code>/remove/", views.attachment_remove, name="attachment-remove"),
]
urlpatterns = [path("enterprises/", include(FIRMS)), path("needs/", include(NEEDS))]
