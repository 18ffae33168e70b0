"""Trying a number of WhatsApp step by step, and seeing to it that Meta pushes what comes in here."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.graph import Graph, GraphProblem, as_dict, dicts_in, words_in
from rapport.channels.kinds.whatsapp import refusing
from rapport.channels.kinds.whatsapp.naming import address_of
from rapport.channels.kinds.whatsapp.sending import graph_of
from rapport.channels.types import Check

_NEEDED = ("phone_number_id", "waba_id", "token", "app_secret")
_NUMBER = "display_phone_number,verified_name,quality_rating,webhook_configuration"


def check(settings: Mapping[str, Any]) -> Iterator[Check]:
    """Each step as it is done; it ends with the first that does not work."""
    step = _("Everything is filled in")
    if not all(settings.get(name) for name in _NEEDED):
        yield Check(step, False, _("Copy the two IDs, the access token and the app secret from your Meta app."))
        return
    graph, number_id, account = graph_of(settings), str(settings["phone_number_id"]), str(settings["waba_id"])
    step = _("Sign in to WhatsApp")
    try:
        told = graph.get(number_id, fields=_NUMBER)
        yield Check(step, True)
        step = _("Find the number %(number)s") % {"number": settings.get("address")}
        wrong = _wrong_number(told, str(settings.get("address") or ""))
        yield Check(_named(step, told), not wrong, wrong)
        if wrong:
            return
        step = _("Read the approved templates")
        graph.get(f"{account}/message_templates", limit="1", fields="name")
        yield Check(step, True)
        step = _("Let WhatsApp push messages of this account")
        if not dicts_in(graph.get(f"{account}/subscribed_apps").get("data")):
            graph.post(f"{account}/subscribed_apps", {})
        yield Check(step, True)
        step = _("Let WhatsApp push to this address")
        yield _pushes_here(step, told, graph, settings)
    except GraphProblem as error:
        yield Check(step, False, _remedy(error, number_id))


def _named(step: str, told: Mapping[str, Any]) -> str:
    name = words_in(told.get("verified_name"))
    return f"{step} ({name})" if name else step


def _wrong_number(told: Mapping[str, Any], address: str) -> str:
    number = address_of(words_in(told.get("display_phone_number")), "")
    if not number or number == address:
        return ""
    return _("This phone number ID belongs to %(number)s. Copy the ID of your number, or type that number.") % {
        "number": number
    }


def _pushes_here(step: str, told: Mapping[str, Any], graph: Graph, settings: Mapping[str, Any]) -> Check:
    ours = str(settings.get("push_url") or "")
    if not ours:
        return Check(step, True)
    configured = as_dict(told.get("webhook_configuration"))
    # The number's own address goes before the account's, and that before the app's.
    theirs = next(
        (found for name in ("phone_number", "whatsapp_business_account", "application")
         if (found := words_in(configured.get(name)))), ""
    )  # fmt: skip
    if theirs == ours:
        return Check(step, True)
    if not ours.startswith("https://") and not str(settings.get("api", "")).startswith("http://"):
        return Check(
            step, False, _("Meta pushes only to https:// addresses. Give this installation one, as RAPPORT_BASE_URL.")
        )
    wanted = {"override_callback_uri": ours, "verify_token": str(settings.get("verify_token") or "")}
    graph.post(str(settings["phone_number_id"]), {"webhook_configuration": wanted})
    return Check(_("WhatsApp now pushes to %(address)s") % {"address": ours}, True)


def _remedy(error: GraphProblem, number_id: str) -> str:
    if error.code in (33, 100) and (error.code == 33 or number_id in error.said or error.subcode == 33):
        return _("WhatsApp knows no such ID, or the token may not see it. Copy the IDs once more. %(said)s") % {
            "said": error.said
        }
    if not error.code and not error.status:
        return _("WhatsApp cannot be reached. %(said)s") % {"said": error.said}
    return refusing.verdict_on(error).reason
