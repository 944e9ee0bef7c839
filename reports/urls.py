from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("", views.export_list, name="export-list"),
    path("new/", views.export_create, name="export-create"),
    path("<str:code>/", views.export_detail, name="export-detail"),
    path("<str:code>/file/", views.export_download, name="export-download"),
]
