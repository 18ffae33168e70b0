"""Approved texts: listed with their blanks, and sent with what is filled in.

After "Template components" and "Template messages" (developers.facebook.com/documentation/business-messaging/whatsapp,
2026). Listed are those that need words alone: a header of text, a body, a footer, links and quick replies. Those with a
picture, a carousel, a form or a one-time password in them need more than words, and are left out.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotDeliver
from rapport.channels.graph import Graph, as_dict, dicts_in, words_in
from rapport.channels.types import Chosen, Template

_BLANK = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_PLAIN_BUTTONS = {"QUICK_REPLY", "URL", "PHONE_NUMBER"}
_FIELDS = "name,language,status,category,parameter_format,components"
# Of a business's templates so many are looked at.
_PAGES, _PAGE = 20, 100


@dataclass(frozen=True)
class _Blank:
    """Something to fill in: what people see it called, where it stands, and what WhatsApp calls it there."""

    label: str
    place: str
    name: str
    index: int = 0


def approved(graph: Graph, waba_id: str) -> list[Template]:
    """Raises GraphProblem."""
    return [_template(told) for told in _listed(graph, waba_id) if _is_words_alone(told)]


def payload(chosen: Chosen, graph: Graph, settings: Mapping[str, Any]) -> dict[str, Any]:
    """A message of this template. It is looked up again: only then it is known where the blanks are. May raise both."""
    found = [
        told
        for told in _listed(graph, str(settings.get("waba_id") or ""), name=chosen.name)
        if told.get("name") == chosen.name and told.get("language") == chosen.language
    ]
    if not found:
        raise CannotDeliver(
            _("WhatsApp knows no approved template %(name)s in %(language)s. Choose another.")
            % {"name": chosen.name, "language": chosen.language},
            permanent=True,
        )
    blanks = _blanks(found[0])
    if len(blanks) != len(chosen.values) or not all(value.strip() for value in chosen.values):
        raise CannotDeliver(
            _("The template %(name)s has %(count)d blanks. Fill in each of them.")
            % {"name": chosen.name, "count": len(blanks)},
            permanent=True,
        )
    told: dict[str, Any] = {"name": chosen.name, "language": {"code": chosen.language}}
    components = _components(found[0], list(zip(blanks, chosen.values, strict=True)))
    if components:
        told["components"] = components
    return {"type": "template", "template": told}


def _components(told: Mapping[str, Any], filled: Sequence[tuple[_Blank, str]]) -> list[dict[str, Any]]:
    is_named = words_in(told.get("parameter_format")).upper() == "NAMED"
    components: list[dict[str, Any]] = []
    for place in ("header", "body"):
        parameters = [
            {"type": "text", "text": _one_line(value), **({"parameter_name": blank.name} if is_named else {})}
            for blank, value in filled
            if blank.place == place
        ]
        if parameters:
            components.append({"type": place, "parameters": parameters})
    for blank, value in filled:
        if blank.place == "button":
            parameter = {"type": "text", "text": _one_line(value)}
            components.append(
                {"type": "button", "sub_type": "url", "index": str(blank.index), "parameters": [parameter]}
            )
    return components


def _listed(graph: Graph, waba_id: str, *, name: str = "") -> Iterator[dict[str, Any]]:
    after = ""
    for _page in range(_PAGES):
        asked = {"fields": _FIELDS, "limit": str(_PAGE), "status": "APPROVED"}
        asked |= {"name": name} if name else {}
        asked |= {"after": after} if after else {}
        told = graph.get(f"{waba_id}/message_templates", **asked)
        # Asked for approved ones; what the answer says counts.
        yield from (each for each in dicts_in(told.get("data")) if words_in(each.get("status")) == "APPROVED")
        paging = as_dict(told.get("paging"))
        after = words_in(as_dict(paging.get("cursors")).get("after"))
        if not after or not paging.get("next"):
            return


def _template(told: Mapping[str, Any]) -> Template:
    return Template(
        name=words_in(told.get("name")),
        language=words_in(told.get("language")),
        text="\n\n".join(_paragraphs(told)),
        blanks=tuple(blank.label for blank in _blanks(told)),
        category=words_in(told.get("category")).lower(),
    )


def _is_words_alone(told: Mapping[str, Any]) -> bool:
    if words_in(told.get("category")).upper() == "AUTHENTICATION":
        return False
    for component in dicts_in(told.get("components")):
        match words_in(component.get("type")).upper():
            case "HEADER" if words_in(component.get("format")).upper() != "TEXT":
                return False
            case "BUTTONS" if any(_sort(button) not in _PLAIN_BUTTONS for button in dicts_in(component.get("buttons"))):
                return False
            case "HEADER" | "BODY" | "FOOTER" | "BUTTONS":
                continue
            case _:
                return False
    return True


def _blanks(told: Mapping[str, Any]) -> list[_Blank]:
    """In the order of the text. Header, body and buttons each count from 1, so the labels say where they are."""
    blanks: list[_Blank] = []
    for component in dicts_in(told.get("components")):
        place = words_in(component.get("type")).lower()
        if place in ("header", "body"):
            names = dict.fromkeys(_BLANK.findall(words_in(component.get("text"))))
            blanks += [_Blank(_label(place, name), place, name) for name in names]
        elif place == "buttons":
            for index, button in enumerate(dicts_in(component.get("buttons"))):
                names = dict.fromkeys(_BLANK.findall(words_in(button.get("url"))))
                blanks += [_Blank(f"link_{index + 1}", "button", name, index) for name in names]
    return blanks


def _paragraphs(told: Mapping[str, Any]) -> Iterator[str]:
    for component in dicts_in(told.get("components")):
        place = words_in(component.get("type")).lower()
        if place == "buttons":
            yield "\n".join(_button(index, button) for index, button in enumerate(dicts_in(component.get("buttons"))))
        elif words_in(component.get("text")):
            yield _relabelled(words_in(component.get("text")), place)


def _button(index: int, button: Mapping[str, Any]) -> str:
    address = _BLANK.sub(f"{{{{link_{index + 1}}}}}", words_in(button.get("url"))) or words_in(
        button.get("phone_number")
    )
    return f"[{words_in(button.get('text'))}]{f' {address}' if address else ''}"


def _relabelled(text: str, place: str) -> str:
    return _BLANK.sub(lambda found: f"{{{{{_label(place, found[1])}}}}}", text)


def _label(place: str, name: str) -> str:
    return f"header_{name}" if place == "header" and name.isdigit() else name


def _sort(button: Mapping[str, Any]) -> str:
    return words_in(button.get("type")).upper()


def _one_line(value: str) -> str:
    """A parameter may hold no line break, tab or more than four spaces in a row (error 132018)."""
    return " ".join(value.split())
