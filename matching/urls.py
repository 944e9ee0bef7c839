from django.urls import path

from matching import views

app_name = "matching"
urlpatterns = [
    path("matches/", views.match_list, name="match-list"),
    path("matches/weights/", views.weights, name="weights"),
    path("matches/recusals/", views.recusal_list, name="recusal-list"),
    path("matches/recusals/new/", views.recusal_add, name="recusal-add"),
    path("matches/recusals/names/", views.recusal_names, name="recusal-names"),
    path("matches/recusals/<str:code>/<str:expert_code>/remove/", views.recusal_remove, name="recusal-remove"),
    path("needs/<str:code>/matches/", views.need_matches, name="need-matches"),
    path("needs/<str:code>/matches/panel/", views.need_panel, name="need-panel"),
    path("needs/<str:code>/matches/run/", views.need_score, name="need-score"),
    path("needs/<str:code>/matches/<str:expert_code>/", views.pair_detail, name="pair-detail"),
    path("needs/<str:code>/matches/<str:expert_code>/pin/", views.pair_pin, name="pair-pin"),
    path("needs/<str:code>/matches/<str:expert_code>/block/", views.pair_block, name="pair-block"),
    path("experts/<str:code>/needs/", views.expert_panel, name="expert-panel"),
]
