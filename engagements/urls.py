from django.urls import path

from engagements import views

app_name = "engagements"
urlpatterns = [
    path("orders/", views.order_list, name="order-list"),
    path("orders/<str:code>/", views.order_detail, name="order-detail"),
    path("orders/<str:code>/accept/", views.order_accept, name="order-accept"),
    path("orders/<str:code>/decline/", views.order_decline, name="order-decline"),
    path("orders/<str:code>/release/", views.order_release, name="order-release"),
    path("orders/<str:code>/confirm/", views.order_confirm, name="order-confirm"),
    path("orders/<str:code>/refuse/", views.order_refuse, name="order-refuse"),
    path("orders/<str:code>/revoke/", views.order_revoke, name="order-revoke"),
    path("needs/<str:code>/offer/", views.order_offer, name="order-offer"),
    path("needs/<str:code>/orders/", views.need_panel, name="need-panel"),
    path("answer/<str:token>/", views.order_answer, name="order-answer"),
]
