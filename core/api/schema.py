"""What the schema says of every operation: the idempotency key of writes, and problems for every refusal."""

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Repeating a write with the same key and body within a day repeats the answer, not the effect.",
)
PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {name: {"type": "string"} for name in ("pointer", "code", "detail")},
            },
        },
    },
}


class ApiSchema(AutoSchema):
    def get_override_parameters(self):
        return [IDEMPOTENCY_KEY] if self.method in ("POST", "PATCH", "PUT") else []

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        if direction == "response":
            reference = {"$ref": "#/components/schemas/Problem"}
            bodies["4XX"] = {"description": "Refused", "content": {"application/problem+json": {"schema": reference}}}
        return bodies


def add_problem(result, generator, request, public):
    """A post-processing hook: the component that every refusal refers to."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    return result


def allow_empty_text(result, generator, request, public):
    """A post-processing hook: a column that is only shown may be empty, which no address format allows."""
    for schema in result.get("components", {}).get("schemas", {}).values():
        for field in schema.get("properties", {}).values():
            if field.get("readOnly") and field.get("format") in ("email", "uri"):
                del field["format"]
    return result
