"""Errors as RFC 9457 problem documents, and whose turn it is.

Problem
├── NotSignedIn      401, the caller brings a token or signs in
├── Forbidden        403, an administrator gives the role or the token its scope
├── NotFound         404, it is not there or the caller may not see it
├── Clash            409, someone else holds it or its state does not allow it: look again, then decide
├── TooLarge         413, the caller sends less
├── NotJson          415, the caller names the body's type
├── Invalid          422, the caller mends the named fields
└── TooMany          429, the caller waits
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.http import HttpResponse
from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"


class Fault(BaseModel):
    """One thing wrong with a request: where it is, such as `body.text`, and what is the matter."""

    field: str
    message: str


class ProblemDocument(BaseModel):
    """What every failing request answers."""

    type: str = Field("about:blank", description="A URI that names the kind of problem.")
    title: str
    status: int
    detail: str = ""
    errors: list[Fault] = []


class Problem(Exception):
    status: ClassVar[int] = 400
    title: ClassVar[str] = "The request could not be understood"

    def __init__(
        self, detail: str = "", *, errors: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})

    def answer(self) -> HttpResponse:
        return problem(self.status, self.title, detail=self.detail, errors=self.errors, headers=self.headers)


class NotSignedIn(Problem):
    status = 401
    title = "Sign in first"

    def __init__(self, detail: str = "Send an API token as “Authorization: Bearer TOKEN”, or sign in.") -> None:
        super().__init__(detail, headers={"WWW-Authenticate": 'Bearer realm="Rapport"'})


class Forbidden(Problem):
    status = 403
    title = "This is not allowed"


class NotFound(Problem):
    status = 404
    title = "There is nothing here"


class Clash(Problem):
    status = 409
    title = "The present state does not allow this"


class TooLarge(Problem):
    status = 413
    title = "The request is too large"


class NotJson(Problem):
    status = 415
    title = "The body must be JSON"


class Invalid(Problem):
    status = 422
    title = "The request has mistakes"

    @classmethod
    def at(cls, field: str, message: str) -> "Invalid":
        """One mistake in one place, such as `body.assignee`."""
        return cls(message, errors=[Fault(field=field, message=message)])


class TooMany(Problem):
    status = 429
    title = "Too many requests"

    def __init__(self, wait: int) -> None:
        super().__init__(f"Try again in {wait} seconds.", headers={"Retry-After": str(wait)})


def problem(
    status: int,
    title: str,
    *,
    detail: str = "",
    errors: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The response for one problem."""
    document = ProblemDocument(type="about:blank", title=title, status=status, detail=detail, errors=list(errors))
    return HttpResponse(document.model_dump_json(), status=status, content_type=MEDIA_TYPE, headers=headers)
