from django.urls import path

from portal import county_pages as pages

app_name = "county"
urlpatterns = [
    path("chains/", pages.chain_list, name="chain-list"),
    path("chains/new/", pages.chain_create, name="chain-create"),
    path("chains/industries/", pages.industry_choices, name="industry-choices"),
    path("chains/<str:code>/", pages.chain_edit, name="chain-edit"),
    path("chains/<str:code>/move/", pages.chain_move, name="chain-move"),
    path("chains/<str:code>/remove/", pages.chain_remove, name="chain-remove"),
    path("chains/<str:code>/merge/", pages.chain_merge, name="chain-merge"),
    path("parks/", pages.park_list, name="park-list"),
    path("parks/new/", pages.park_create, name="park-create"),
    path("parks/<str:code>/", pages.park_edit, name="park-edit"),
    path("parks/<str:code>/move/", pages.park_move, name="park-move"),
    path("parks/<str:code>/remove/", pages.park_remove, name="park-remove"),
    path("divisions/", pages.division_list, name="division-list"),
    path("divisions/<str:code>/", pages.division_edit, name="division-edit"),
]
