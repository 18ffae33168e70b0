"""A company with something to hide: one conversation in a team that few are in, and one that all may see."""

from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from rapport.automation.models import Macro, Parcel, Rule, Webhook
from rapport.backbone import files
from rapport.channels.models import Channel, Delivery, Dispatch
from rapport.conversations import actions
from rapport.conversations.arrangements import BulkChange, SavedView
from rapport.conversations.fields import ConversationField
from rapport.conversations.models import Attachment, Conversation, Inbox, Tag
from rapport.conversations.types import IncomingFile, Writing
from rapport.customers.actions import meet
from rapport.customers.models import Company, IdentityKind, Segment
from rapport.exchange.models import Connection, Export
from rapport.kit import clock
from rapport.kit.money import Money
from rapport.routing.models import Calendar, ServicePolicy
from rapport.sales.deals import actions as sales
from rapport.sales.deals.models import CloseReason, Pipeline, Stage
from rapport.sales.models import Order, Product, Shop, ShopDelivery, Subscription
from rapport.surveys.models import Invitation as SurveyInvitation
from rapport.surveys.models import Rating
from rapport.team.actions import create_token, invite
from rapport.team.models import Agent, ApiToken, CustomRole, Team
from rapport.team.types import Role, Visibility
from rapport.workspace import uploads

# Whatever a stranger to the hidden conversation is shown, this word is not in it.
CANARY = "kanarek"
# What is hidden only from those who see nothing but their own.
OTHER_CANARY = "zeisig"


@dataclass
class World:
    """The people by what they are called in the test, and the objects of the hidden and the shared side."""

    people: dict[str, Agent] = field(default_factory=dict)
    hidden: dict[str, Any] = field(default_factory=dict)
    shared: dict[str, Any] = field(default_factory=dict)


def build() -> World:
    world = World()
    freelancer = CustomRole.objects.create(name="Freelancer", words=" read reply see_feedback ", visibility="own")
    for role in Role.values:
        world.people[role] = Agent.objects.create_user(f"{role}@x.example", "a quiet evening", name=role, role=role)
    tove = Agent.objects.create_user("own@x.example", name="Tove", role="viewer", custom_role=freelancer)
    world.people[Visibility.OWN] = tove
    secret = Team.objects.create(name="Secret")
    channel = Channel.objects.create(kind="email", inbox=Inbox.objects.create(name="Support"), name="Support")
    owner = world.people[Role.OWNER]
    common = _settings(owner, channel, freelancer, secret)
    for side, word in ((world.hidden, CANARY), (world.shared, "open")):
        side |= common | _conversation(word, channel, owner)
    actions.assign(world.hidden["row"], to=None, team=secret, by=owner)
    # Linked and merged across, and mentioned in it: neither shows anything of the hidden one.
    actions.link(world.shared["row"], to=world.hidden["row"], kind="related", by=owner)
    for side in (world.hidden, world.shared):
        actions.link_order(side["row"], order=Order.objects.get(), by=owner)
    actions.assign(world.shared["row"], to=tove, by=owner)
    actions.write_note(world.hidden["row"], text=f"@Tove @agent @viewer {CANARY} zebrafish", by=owner)
    for person in world.people.values():
        actions.follow(world.hidden["row"], by=person)
    # In no team and nobody's: it is hidden from those who see only their own.
    world.hidden["nobodys"] = _conversation(OTHER_CANARY, channel, owner)["row"]
    return world


def _conversation(word: str, channel: Channel, owner: Agent) -> dict[str, Any]:
    kept = files.keep(f"{word} in a file".encode())
    file = IncomingFile(kept.pk, f"{word}.txt", "text/plain", kept.size, kept.sha256)
    customer = meet(
        kind=IdentityKind.EMAIL, value=f"{len(word)}@studio.example", name=f"Kim {len(word)}", verified=True
    )
    said = {"customer": customer, "inbox": channel.inbox, "channel": "email", "author_name": "Kim"}
    sender = {**said, "author_address": customer.email}
    writing = Writing(text=f"{word} zebrafish", subject=f"{word} subject zebrafish", files=(file,))
    message = actions.receive(writing, **sender).message
    row = Conversation.objects.get(pk=message.conversation_id)
    twin = actions.receive(Writing(text=f"{word} twin", subject=f"{word} twin"), **sender).message.conversation
    merge = actions.merge(twin, into=row, by=owner)
    reply = actions.write(row, writing=Writing(text=f"{word} reply"), by=owner)
    actions.tag(row, name="hums", by=owner)
    dispatch = Dispatch.objects.create(message=reply, channel=channel, state="failed", error=f"{word} error")
    body = f"Subject: {word}\r\n\r\n{word}".encode()
    delivery = Delivery.objects.create(channel=channel, kind="email", body=body, message=message, size=len(body))
    survey = SurveyInvitation.objects.create(
        conversation=row, customer=customer, token_hash=word, expires_at="2030-01-01T00:00:00Z"
    )
    Rating.objects.create(invitation=survey, conversation=row, customer=customer, score=5, comment=f"{word} comment")
    return {
        "row": row, "conversation": row.pk, "number": row.number, "message": message.pk, "link": row.pk,
        "attachment": Attachment.objects.get(message=message).pk, "dispatch": dispatch.pk, "delivery": delivery.pk,
        "customer": customer.pk, "merge": getattr(merge, "pk", 0),
    }  # fmt: skip


def _settings(owner: Agent, channel: Channel, role: CustomRole, team: Team) -> dict[str, Any]:
    """One of each thing that is set up, and what is the owner's alone."""
    webhook = Webhook.objects.create(name="Hook", url="http://127.0.0.1:9/", is_on=False, owner=owner)
    create_token(owner)
    sales.ready()
    deal = sales.open_deal(title="Lamps", stage=Stage.objects.all()[0], money=Money(100, "EUR"), by=owner)
    return {
        "channel": channel.pk,
        "inbox": channel.inbox_id,
        "role": role.pk,
        "team": team.pk,
        "agent": owner.pk,
        "invitation": invite(role="agent", by=owner)[0].pk,
        "token": ApiToken.objects.get().pk,
        "macro": Macro.objects.create(name="Mine", sharing="private", owner=owner).pk,
        "rule": Rule.objects.create(name="Rule", owner=owner).pk,
        "webhook": webhook.pk,
        "parcel": Parcel.objects.create(webhook=webhook, key="k", kind="ConversationClosed", body="{}").pk,
        "hours": Calendar.objects.create(name="Hours", is_always_open=True).pk,
        "policy": ServicePolicy.objects.create(name="Policy", is_on=False).pk,
        "field": ConversationField.objects.create(key="size", label="Size", kind="text").pk,
        "tag": Tag.objects.create(name="plain").pk,
        "view": SavedView.objects.create(name=CANARY, by=owner).pk,
        "bulk_change": BulkChange.objects.create(by=owner, verb="close").pk,
        "deal": deal.pk,
        "segment": Segment.objects.create(name="Plain", by=owner, filter={"conditions": []}).pk,
        "pipeline": Pipeline.objects.get().pk,
        "close_reason": CloseReason.objects.all()[0].pk,
        "company": Company.objects.create(name="Studio").pk,
        **_sales(),
        "export": Export.objects.create(kinds=["tags"], by=owner).pk,
        "connection": Connection.objects.create(
            kind="hubspot", name="HubSpot", settings={"api": "http://127.0.0.1:9"}
        ).pk,
        "upload": uploads.keep(SimpleUploadedFile("a.txt", CANARY.encode()), by=owner),
    }


def _sales() -> dict[str, Any]:
    now = clock.now()
    kim = meet(kind=IdentityKind.EXTERNAL, value="LW-1", name="Kim")
    order = Order.objects.create(
        customer=kim, source="api", external_id="1", number="1", placed_at=now, total=1, currency="EUR"
    )
    subscription = Subscription.objects.create(
        customer=kim, source="api", external_id="1", currency="EUR", started_at=now
    )
    shop = Shop.objects.create(kind="shopify", name="Shop", source="shopify", secret="hush")
    return {
        "product": Product.objects.create(sku="LW-1", name="Lamp").pk,
        "order": order.pk,
        "subscription": subscription.pk,
        "shop": shop.pk,
        "shop_delivery": ShopDelivery.objects.create(shop=shop, event_id="1", body=b"{}").pk,
    }
