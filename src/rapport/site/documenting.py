"""The OpenAPI document: what every operation shares, added once to what the rooms declare."""

from typing import Any

from rapport.kit.rest.problems import MEDIA_TYPE, ProblemDocument
from rapport.site.repeating import HEADER, WRITES

_PROBLEMS = {
    400: "The body could not be read",
    401: "No valid token or session",
    403: "The role, the token's scope or the CSRF token does not allow it",
    404: "It is not there, or not for this caller",
    409: "The present state does not allow it",
    413: "The body is larger than 10 MB",
    415: "The body is not declared as application/json",
    422: "A value is wrong; `errors` says which",
    429: "Too many requests",
    500: "Something failed on our side; nothing was changed",
}
_HEADERS = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
    429: {"Retry-After": {"required": True, "description": "Seconds to wait.", "schema": {"type": "integer"}}},
}
_KEY = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "description": "A write that is repeated with the same key within a day happens once and gets the same answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """Add to every operation its problems, and to every write the key by which it may be repeated."""
    shape = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = document["components"]["schemas"]
    schemas.update(shape.pop("$defs"))
    schemas["ProblemDocument"] = shape
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            _complete(operation, method.upper(), has_id="{" in path)
    return document


def _complete(operation: dict[str, Any], method: str, *, has_id: bool) -> None:
    statuses = {401, 403, 422, 429, 500}
    if has_id:
        statuses.add(404)
    if method in WRITES:
        statuses.add(409)
        operation["parameters"] = [*operation.get("parameters", []), _KEY]
    if "requestBody" in operation:
        statuses |= {400, 413, 415}
        operation["requestBody"]["required"] = True
    for status in sorted(statuses):
        operation["responses"][status] = {
            "description": _PROBLEMS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
            **({"headers": _HEADERS[status]} if status in _HEADERS else {}),
        }
