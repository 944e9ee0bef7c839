from django.urls import path

from portal import imports

app_name = "imports"
urlpatterns = [
    path("", imports.batch_list, name="batch-list"),
    path("new/", imports.batch_create, name="batch-create"),
    path("template/<slug:kind>/", imports.template, name="template"),
    path("<str:code>/", imports.batch_detail, name="batch-detail"),
    path("<str:code>/columns/", imports.batch_map, name="batch-map"),
    path("<str:code>/start/", imports.batch_start, name="batch-start"),
    path("<str:code>/decide/", imports.batch_decide, name="batch-decide"),
    path("<str:code>/undo/", imports.batch_undo, name="batch-undo"),
    path("<str:code>/errors/", imports.batch_errors, name="batch-errors"),
]
