"""Every address the resolver knows, and how its parameters are filled."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from rapport.site.api import api

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

# Objects of a conversation: whoever may not see it gets 403 or 404 for them.
OF_A_CONVERSATION = frozenset(
    {"conversation", "number", "message", "attachment", "picture", "dispatch", "delivery", "merge", "link", "note"}
)

# For an address that matches, which objects of the world its parameters are; the first that matches counts.
# A parameter may be filled with plain text too, after an equals sign.
FILLINGS: tuple[tuple[str, dict[str, str]], ...] = (
    (r"^pictures/", {"pk": "message", "number": "=0"}),
    (r"^inbox/rows/", {"pk": "conversation"}),
    (r"^inbox/<int:number>", {"number": "number"}),
    (r"^inbox/many/", {"pk": "bulk_change"}),
    (r"^merges/", {"pk": "merge"}),
    (r"^views/", {"pk": "view"}),
    (r"^conversations/<int:pk>", {"pk": "conversation", "macro_id": "macro"}),
    (r"^messages/", {"pk": "message", "message_id": "message"}),
    (r"^attachments/", {"pk": "attachment"}),
    (r"^customers/imports/|^customer-merges/|^company-merges/", {"pk": "=1"}),
    (r"^api/v1/imports/", {"import_id": "=1"}),
    (r"^api/v1/(customers|companies)/(imports|merges)/", {"import_id": "=1", "merge_id": "=1"}),
    (r"^api/v1/customers/<customer_id>/", {"identity_id": "=1", "note_id": "=1", "file_id": "=1"}),
    (r"^forms/", {"key": "=nobodys"}),
    # For customers, who sign in there by a session of their own: agents are strangers.
    (r"^portal/", {"token": "=nobodys", "number": "number", "attachment_id": "attachment"}),
    (r"^(tasks|stage-entries|checklists|settings/(life-cycle|tasks|consent))/", {"pk": "=1"}),
    (r"^preferences/", {"token": "=nobodys"}),
    (r"^api/v1/tasks/", {"task_id": "=1"}),
    (r"^customers/", {"pk": "customer", "identity_id": "=1", "note_id": "=1", "file_id": "=1"}),
    (r"^companies/", {"pk": "company"}),
    (r"^uploads/", {"word": "upload"}),
    (r"^settings/fields/", {"noun": "=conversations", "pk": "field"}),
    (r"^settings/tags/", {"pk": "tag"}),
    (r"^settings/inboxes/", {"pk": "inbox"}),
    (r"^settings/hours/", {"pk": "hours"}),
    (r"^settings/promises/", {"pk": "policy"}),
    (r"^settings/macros/", {"pk": "macro"}),
    (r"^settings/rules/", {"pk": "rule", "key": "=bounced"}),
    (r"^settings/webhooks/", {"pk": "webhook", "parcel_id": "parcel"}),
    (r"^settings/import/", {"pk": "=1"}),
    (r"^settings/export/|^api/v1/exports/", {"pk": "export", "export_id": "export"}),
    (r"^api/v1/connected-systems/", {"connection_id": "connection", "record_id": "=1"}),
    (r"^api/v1/move-ins/", {"move_id": "=1"}),
    (r"^settings/systems/", {"pk": "connection", "kind": "=hubspot"}),
    (r"^settings/security/webauthn/", {"pk": "=1"}),
    (r"^settings/(assignment|skills|blocked-senders)", {"pk": "=1"}),
    (r"^settings/move-in/", {"pk": "=1", "name": "=zendesk"}),
    (r"^settings/here/", {"pk": "agent"}),
    (r"^api/v1/(assignment-schemes|skills|blocked-senders)", {"scheme_id": "=1", "skill_id": "=1", "blocked_id": "=1"}),
    (r"^settings/sales/pipelines/", {"pk": "pipeline"}),
    (r"^settings/sales/reasons/", {"pk": "close_reason"}),
    (r"^customers/segments/", {"pk": "segment"}),
    (r"^api/v1/segments/", {"segment_id": "segment"}),
    (r"^api/v1/scores/", {"name": "=churn_risk"}),
    (r"^deals/", {"pk": "deal", "move_id": "=1", "activity_id": "=1", "quote_id": "=1"}),
    (r"^api/v1/(deals|quotes)/", {"deal_id": "deal", "activity_id": "=1", "quote_id": "=1"}),
    (r"^settings/jobs/", {"task_id": "=7d1c1f0e-7a0f-4b8e-9a53-4f2f5ad6b0aa"}),
    (r"^rate/", {"token": "=nobodys", "score": "=3"}),
    (r"^unsubscribe/", {"token": "=nobodys"}),
    (r"^accounts/password/reset/key/", {"uidb36": "=1", "key": "=nobodys"}),
    (r"^join/", {"secret": "=nobodys"}),
    (r"^chat/", {"key": "=nobodys", "word": "=nobodys", "name": "=lamp.png"}),
    (r"^settings/channels/.*/widget/messages/", {"message_id": "=1"}),
    (r"^in/shops/", {"kind": "=shopify", "key": "=nobodys"}),
    (r"^in/", {"kind": "=email", "key": "=nobodys"}),
    (r"^orders/", {"pk": "order"}),
    (r"^settings/shops/", {"pk": "shop", "delivery_id": "shop_delivery", "kind_name": "=shopify"}),
    (r"^api/v1/messages/", {"message_id": "message"}),
    (r"^api/v1/conversations/", {"conversation_id": "conversation", "other_id": "link", "order_id": "order"}),
    (r"^api/v1/deliveries/", {"delivery_id": "delivery"}),
    (r"^api/v1/attachments/", {"attachment_id": "attachment"}),
    (r"^api/v1/webhooks/", {"webhook_id": "webhook", "message_id": "parcel"}),
    (
        r"",
        {
            "agent_id": "agent", "role_id": "role", "invitation_id": "invitation", "team_id": "team",
            "token_id": "token", "channel_id": "channel", "kind_name": "=email", "delivery_id": "delivery",
            "dispatch_id": "dispatch", "customer_id": "customer", "view_id": "view", "change_id": "bulk_change",
            "company_id": "company", "hours_id": "hours", "policy_id": "policy", "macro_id": "macro",
            "rule_id": "rule", "webhook_id": "webhook", "product_id": "product", "order_id": "order",
            "subscription_id": "subscription",
        },
    ),
)  # fmt: skip

# What a call brings where an empty one would be refused before anything is looked up; `{conversation}` and the like
# are filled with objects of the other side too, so that a body reaches what its sender may not see.
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("PATCH", "change_conversation"): {"subject": "Another"},
    ("PUT", "assign_conversation"): {"assignee": None, "team": None},
    ("POST", "add_note"): {"text": "A word"},
    ("POST", "write_message"): {"text": "A word"},
    ("POST", "move_message"): {"with_later": False},
    ("POST", "add_link"): {"conversation": "{hidden conversation}", "kind": "related"},
    ("POST", "link_order"): {"order": "{hidden order}"},
    ("POST", "conversation_orders"): {"order": "{hidden order}"},
    ("POST", "merge_conversation"): {"into": "{hidden conversation}"},
    ("POST", "inbox_many"): {"verb": "close", "ids": "{hidden conversation}"},
    ("POST", "change_many"): {"verb": "close", "conversations": ["{hidden conversation}"]},
    ("POST", "presence"): {"tab": "0123456789ab", "conversation": "{hidden conversation}"},
    ("POST", "conversation_merge"): {"number": "{hidden number}"},
    ("GET", "conversation_merge"): {"number": "{hidden number}"},
    ("POST", "conversation_links"): {"number": "{hidden number}", "kind": "related"},
    ("POST", "message_move"): {"into": "{hidden number}"},
    ("GET", "search"): {"q": "zebrafish"},
    ("GET", "inbox"): {"q": "zebrafish"},
    ("GET", "list_conversations"): {"q": "zebrafish"},
    ("GET", "commands"): {"q": "{hidden number}"},
    ("POST", "conversation_subject"): {"subject": "Another"},
    ("POST", "conversation_tags"): {"name": "another"},
    ("POST", "conversation_priority"): {"priority": "4"},
}


@dataclass(frozen=True)
class Route:
    pattern: str
    name: str
    methods: tuple[str, ...]
    says_its_methods: bool = True

    @property
    def is_api(self) -> bool:
        return self.pattern.startswith("api/")

    @property
    def params(self) -> list[str]:
        return [found.rpartition(":")[2] for found in re.findall(r"<([^<>]+)>", self.plain)]

    @property
    def plain(self) -> str:
        """A regular expression's groups written like a path's."""
        return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", self.pattern).replace("^", "").strip("$")

    @property
    def objects(self) -> dict[str, str]:
        filling = next(filling for wanted, filling in FILLINGS if re.search(wanted, self.plain))
        return {name: filling.get(name, "") or FILLINGS[-1][1].get(name, "") for name in self.params}

    @property
    def belongs_to_a_conversation(self) -> bool:
        return bool(OF_A_CONVERSATION.intersection(self.objects.values()))

    def path(self, things: dict[str, Any]) -> str:
        filled = {name: what[1:] if what[:1] == "=" else str(things[what]) for name, what in self.objects.items()}
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: filled[found[1]], self.plain)


@cache
def routes() -> list[Route]:
    """Each once, in the resolver's order; an API operation has the names of all its methods, joined by a bar."""
    found: dict[str, Route] = {}
    for pattern, view in _walk(get_resolver()):
        other, name = found.get(pattern), view.name or ""
        methods = tuple(dict.fromkeys([*(other.methods if other else ()), *_methods(pattern, view)]))
        is_said = bool(methods) and not pattern.startswith("api/")
        methods = methods or ("GET", "POST")
        found[pattern] = Route(pattern, f"{other.name}|{name}" if other else name, methods, is_said)
    return list(found.values())


def unfilled() -> list[str]:
    """What a new address needs, in sentences."""
    return [
        f"Say in FILLINGS of tests/security/routes.py what <{name}> of {route.pattern} is: "
        f"an object of tests/security/world.py, or text after an equals sign."
        for route in routes()
        for name, what in route.objects.items()
        if not what
    ]


def _walk(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for each in resolver.url_patterns:
        pattern = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _walk(each, pattern)
        else:
            yield pattern, each


def _methods(pattern: str, route: URLPattern) -> list[str]:
    """What a view takes: what its decorator says, or an API operation; nothing where nobody says."""
    if pattern.startswith("api/"):
        path = "/" + re.sub(r"<(\w+)>", r"{\1}", pattern)
        return [method.upper() for method in _operations().get(path, {"get": {}}) if method.upper() in METHODS]
    view: Any = route.callback
    while view is not None:
        inside = (
            zip(view.__code__.co_freevars, view.__closure__ or (), strict=True) if hasattr(view, "__code__") else ()
        )
        for name, cell in inside:
            if name == "request_method_list":
                return [method for method in METHODS if method in cell.cell_contents]
        view = getattr(view, "__wrapped__", None)
    return []


@cache
def _operations() -> dict[str, Any]:
    paths: dict[str, Any] = api.get_openapi_schema()["paths"]
    return paths
