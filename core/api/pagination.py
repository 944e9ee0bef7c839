"""Keyset cursors everywhere; a scoped count only when ``count=true`` asks for it."""

from django.db import DataError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination as BaseCursorPagination
from rest_framework.response import Response


class CursorPagination(BaseCursorPagination):
    ordering = "-pk"
    page_size_query_param = "page_size"
    max_page_size = 100
    reserved = ("cursor", "page_size", "count")

    def paginate_queryset(self, queryset, request, view=None):
        self.total = queryset.count() if request.query_params.get("count") == "true" else None
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, OverflowError, DataError) as exc:  # a cursor of somebody's own making
            raise NotFound(self.invalid_cursor_message) from exc

    def decode_cursor(self, request):
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and "\x00" in cursor.position:
            raise NotFound(self.invalid_cursor_message)
        return cursor

    def get_ordering(self, request, queryset, view):
        return getattr(view, "cursor_ordering", (self.ordering,))

    def get_schema_operation_parameters(self, view):
        count = {
            "name": "count",
            "in": "query",
            "required": False,
            "description": "true adds the number of rows in sight.",
            "schema": {"type": "boolean"},
        }
        return [*super().get_schema_operation_parameters(view), count]

    def get_paginated_response(self, data):
        following, preceding = self.get_next_link(), self.get_previous_link()
        body = {"next": following, "previous": preceding, "results": data}
        if self.total is not None:
            body["count"] = self.total
        links = [f'<{url}>; rel="{rel}"' for url, rel in ((following, "next"), (preceding, "prev")) if url]
        return Response(body, headers={"Link": ", ".join(links)} if links else None)

    def get_paginated_response_schema(self, schema):
        uri = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": uri, "previous": uri, "results": schema, "count": {"type": "integer"}},
        }
