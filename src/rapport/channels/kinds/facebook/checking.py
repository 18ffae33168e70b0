"""Trying a Page step by step, and seeing to it that Meta pushes what comes in here."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from rapport.channels.graph import Graph, GraphProblem, api_in, as_dict, dicts_in, words_in
from rapport.channels.kinds.facebook import refusing
from rapport.channels.kinds.facebook.sending import graph_of
from rapport.channels.types import Check

_NEEDED = ("page_id", "token", "app_id", "app_secret")
_ON_THE_PAGE = (
    "messages,messaging_postbacks,message_reads,message_deliveries,message_echoes,message_edits,message_reactions,"
    "messaging_referrals,standby"
)
FIELDS = {
    "page": _ON_THE_PAGE,
    "instagram": "messages,messaging_postbacks,messaging_seen,message_reactions,messaging_referral,standby",
}


def check(settings: Mapping[str, Any]) -> Iterator[Check]:
    """Each step as it is done; it ends with the first that does not work."""
    if not all(settings.get(name) for name in _NEEDED):
        remedy = _("Copy the Page ID, the access token, the app ID and the app secret from your Meta app.")
        yield Check(_("Everything is filled in"), False, remedy)
        return
    graph, page_id = graph_of(settings), str(settings["page_id"])
    step = _("Sign in to the Page")
    try:
        told = graph.get(page_id, fields="name,instagram_business_account")
        yield Check(f"{step} ({words_in(told.get('name'))})", True)
        step = _("Find its Instagram account")
        found = _instagram(step, told, settings)
        yield found
        if not found.ok:
            return
        step = _("Let Meta push messages of this Page")
        graph.post(f"{page_id}/subscribed_apps", {"subscribed_fields": _ON_THE_PAGE.split(",")})
        yield Check(step, True)
        step = _("Let Meta push to this address")
        yield from _pushes_here(step, settings)
    except GraphProblem as error:
        yield Check(step, False, _remedy(error))


def _instagram(step: str, told: Mapping[str, Any], settings: Mapping[str, Any]) -> Check:
    theirs = words_in(as_dict(told.get("instagram_business_account")).get("id"))
    typed = str(settings.get("instagram_id") or "")
    if typed and typed != theirs:
        remedy = _("The Page's account has the ID %(id)s. Type that, or leave it empty.") % {"id": theirs or "–"}
        return Check(step, False, remedy)
    return Check(f"{step} ({theirs})" if theirs else _("The Page has no Instagram account"), True)


def _pushes_here(step: str, settings: Mapping[str, Any]) -> Iterator[Check]:
    """The address is the app's, one for each product: it is set where there is none, and taken from nobody."""
    ours, app_id = str(settings.get("push_url") or ""), str(settings["app_id"])
    app = Graph(api_in(settings), f"{app_id}|{settings['app_secret']}")
    subscribed = {
        words_in(each.get("object")): words_in(each.get("callback_url"))
        for each in dicts_in(app.get(f"{app_id}/subscriptions").get("data"))
    }
    if not ours:
        yield Check(step, True)
        return
    for product, fields in FIELDS.items():
        name = {"page": "Messenger", "instagram": "Instagram"}[product]
        theirs = subscribed.get(product, "")
        if theirs and theirs != ours:
            remedy = _(
                "%(product)s pushes to %(address)s. Change it in the Meta app, or give this Page an app of its own."
            )
            yield Check(f"{step}: {name}", False, remedy % {"product": name, "address": theirs})
            continue
        if not theirs:
            wanted = {"object": product, "callback_url": ours, "fields": fields, "include_values": True}
            app.post(f"{app_id}/subscriptions", {**wanted, "verify_token": str(settings.get("verify_token") or "")})
        yield Check(f"{step}: {name}", True)


def _remedy(error: GraphProblem) -> str:
    if (error.code == 100 and not error.subcode) or error.subcode == 33:
        return _("Meta knows no such ID, or the token may not see it. Copy the IDs once more. %(said)s") % {
            "said": error.said
        }
    if not error.code and not error.status:
        return _("Meta cannot be reached. %(said)s") % {"said": error.said}
    return refusing.reason_of(error)
