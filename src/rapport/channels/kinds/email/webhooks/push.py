"""A push as django-anymail's views take it, made of stored bytes: its form fields are kept as bytes, too.

Django's own parser refuses form fields of more than a few megabytes, and several providers put the whole mail into one.
"""

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

from rapport.channels.errors import CannotRead
from rapport.channels.kinds.email.mime import Entity

_MOST_FIELDS = 1_000
JSON = "application/json"
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"


class Push(HttpRequest):
    """`headers` of the request as far as they matter, `url` the address that the provider was given."""

    def __init__(self, body: bytes, headers: Mapping[str, str], url: str = "") -> None:
        super().__init__()
        self.method = "POST"
        self._body = body
        self.url = url
        for name, value in headers.items():
            key = name.upper().replace("-", "_")
            self.META[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
        self._set_content_type_params(self.META)  # type: ignore[attr-defined]

    @cached_property
    def json(self) -> Any:
        """Raises CannotRead."""
        try:
            return json.loads(self._body)
        except (ValueError, RecursionError) as error:
            raise CannotRead("this push is no JSON") from error

    @property
    def is_form(self) -> bool:
        return self.content_type in (FORM, PARTS)

    @cached_property
    def fields(self) -> dict[str, list[bytes]]:
        """Form fields by name."""
        found: dict[str, list[bytes]] = {}
        if self.content_type == FORM:
            try:
                # A letter of this alphabet is a byte.
                text = self._body.decode("latin-1")
                pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, encoding="latin-1")
            except ValueError as error:
                raise CannotRead("this form has too many fields") from error
            for name, value in pairs:
                found.setdefault(name.encode("latin-1").decode("utf-8", "replace"), []).append(value.encode("latin-1"))
        for name, part in self._parts:
            if not part.file_name and part.parameter("filename*", "content-disposition") == "":
                found.setdefault(name, []).append(part.body)
        return found

    def field(self, name: str) -> bytes | None:
        return self.fields.get(name, [None])[-1]

    @cached_property
    def _parts(self) -> list[tuple[str, Entity]]:
        if self.content_type != PARTS:
            return []
        head = b"Content-Type: " + self.META.get("CONTENT_TYPE", "").encode("latin-1", "replace") + b"\r\n\r\n"
        parts = Entity(head + self._body).parts()
        return [(part.parameter("name", "content-disposition"), part) for part in parts]

    # What the views ask of a request; the base class sets both, to nothing.

    def _texts(self) -> QueryDict:
        texts = QueryDict(mutable=True)
        for name, values in self.fields.items():
            texts.setlist(name, [value.decode("utf-8", "replace") for value in values])
        return texts

    def _files_by_name(self) -> MultiValueDict[str, Any]:
        found: MultiValueDict[str, Any] = MultiValueDict()
        for name, part in self._parts:
            if part.file_name:
                found.appendlist(name, SimpleUploadedFile(part.file_name, part.body, part.content_type))
        return found

    POST = property(_texts, lambda self, value: None)
    FILES = property(_files_by_name, lambda self, value: None)

    def build_absolute_uri(self, location: str | None = None) -> str:
        return self.url
