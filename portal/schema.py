"""What the OpenAPI document says about every operation alike: how to sign in, and how a refusal looks."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from core.api.problems import CONTENT_TYPE

METHODS = {"get", "put", "post", "patch", "delete"}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `detail` is worded for the person who asked; `code` values are stable.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:qianxian:problem:invalid"]},
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
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


class TokenScheme(OpenApiAuthenticationExtension):
    """``Authorization: Bearer qx_…``."""

    target_class = "accounts.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer"}


def allow_empty_text(result, generator, request, public):
    """Post-processing hook: a column that is only shown may be empty, which no address format allows."""
    for schema in result.get("components", {}).get("schemas", {}).values():
        for field in schema.get("properties", {}).values():
            if field.get("readOnly") and field.get("format") in ("email", "uri"):
                del field["format"]
    return result


def document_problems(result, generator, request, public):
    """Post-processing hook: every answer that is not documented by itself is a problem."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    answer = {
        "description": "A refusal or an error",
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for path in result.get("paths", {}).values():
        for method in METHODS.intersection(path):
            path[method].setdefault("responses", {}).setdefault("default", answer)
    return result
