"""The company itself: its people, teams, inboxes, mailboxes, and the customers it knows."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.contrib.auth.hashers import make_password

from rapport.channels.models import Channel, ProactiveMessage
from rapport.conversations.models import Inbox, Tag
from rapport.customers.models import Company, Customer, Identity, IdentityKind
from rapport.site.demo.cast import COLLEAGUES, PASSWORD, SUPPORT, TRADE, Person
from rapport.site.demo.shop import CHAT, UNASKED
from rapport.site.demo.story import Story
from rapport.team.models import Agent, Organisation, Team

# Where mail comes in, and where it goes: to no other machine.
MAILBOX = {"display_name": "Lampwright", "incoming": "smtp", "outgoing": "installation"}


@dataclass(frozen=True)
class House:
    """What every conversation needs: who works here, where it lands, who wrote."""

    agents: dict[str, Agent]
    inboxes: dict[str, Inbox]
    channels: dict[str, Channel]
    customers: dict[int, Customer]
    tags: dict[str, Tag]


def furnish(people: list[Person], stories: list[Story], now: datetime) -> House:
    """Make it all, as if it had been there for months."""
    began = now - timedelta(days=140)
    Organisation.objects.create(name="Lampwright", set_up_at=began)
    agents = _agents(began, now)
    trade = Team.objects.create(name="Trade", created_at=began)
    trade.members.set([agents[key] for key in ("noor", "mia", "tomas", "lin")])
    inboxes = {
        "support": Inbox.objects.create(name="Support", created_at=began),
        "trade": Inbox.objects.create(name="Trade", team=trade, created_at=began),
    }
    channels = {
        key: Channel.objects.create(
            kind="email",
            inbox=inboxes[key],
            name=address,
            address=address,
            settings={**MAILBOX, "address": address},
            worked_at=now - timedelta(minutes=2),
            created_at=began,
        )
        for key, address in (("support", SUPPORT), ("trade", TRADE))
    }
    _open_chat(inboxes["support"], began)
    names = sorted({tag for story in stories for tag in story.tags})
    tags = Tag.objects.bulk_create([Tag(name=name, created_at=began) for name in names])
    return House(agents, inboxes, channels, _customers(people, stories), {tag.name: tag for tag in tags})


def _open_chat(inbox: Inbox, began: datetime) -> None:
    """The chat in the corner of the shop, which says one thing by itself."""
    settings = {**CHAT, "display_name": "Lampwright", "identity_secret": secrets.token_hex(32)}
    chat = Channel.objects.create(
        kind="chat", inbox=inbox, name="Chat in the shop", settings=settings, created_at=began
    )
    text, pages, seconds = UNASKED
    ProactiveMessage.objects.create(channel=chat, text=text, pages=pages, after_seconds=seconds, created_at=began)


def _agents(began: datetime, now: datetime) -> dict[str, Agent]:
    # One slow hash for all: they share the demo's password.
    password = make_password(PASSWORD)
    agents = Agent.objects.bulk_create(
        [
            Agent(
                email=colleague.email,
                name=colleague.name,
                role=colleague.role,
                password=password,
                time_zone=colleague.time_zone,
                created_at=began,
                last_seen_at=now - timedelta(minutes=3 + place),
                away_since=now - timedelta(minutes=25) if colleague.away else None,
            )
            for place, colleague in enumerate(COLLEAGUES)
        ]
    )
    return {colleague.key: agent for colleague, agent in zip(COLLEAGUES, agents, strict=True)}


def _customers(people: list[Person], stories: list[Story]) -> dict[int, Customer]:
    first_seen: dict[int, datetime] = {}
    for story in stories:
        first_seen.setdefault(story.person.key, story.began_at)
    people = sorted((person for person in people if person.key in first_seen), key=lambda one: first_seen[one.key])
    dice = Random(len(people))  # noqa: S311  # a story, no secret
    known_since = {
        person.key: first_seen[person.key] - timedelta(days=dice.choice((0, 0, 0, dice.randint(30, 600))))
        for person in people
    }
    companies = _companies(people, known_since)
    customers = Customer.objects.bulk_create(
        [
            Customer(
                name=person.name,
                email=person.email,
                phone=person.phone.replace(" ", ""),
                company=companies.get(person.domain),
                language=person.language,
                time_zone=person.time_zone,
                location=person.city,
                created_at=known_since[person.key],
            )
            for person in people
        ]
    )
    by_key = {person.key: customer for person, customer in zip(people, customers, strict=True)}
    Identity.objects.bulk_create(_identities(people, by_key))
    return by_key


def _companies(people: list[Person], known_since: dict[int, datetime]) -> dict[str, Company]:
    rows = [
        Company(name=person.company, domain=person.domain, created_at=known_since[person.key])
        for person in people
        if person.domain
    ]
    return {company.domain: company for company in Company.objects.bulk_create(rows)}


def _identities(people: list[Person], customers: dict[int, Customer]) -> list[Identity]:
    rows: list[Identity] = []
    phones: set[str] = set()
    for person in people:
        customer = customers[person.key]
        since = customer.created_at
        mail = Identity(customer=customer, kind=IdentityKind.EMAIL, value=person.email)
        mail.created_at = mail.verified_at = since
        rows.append(mail)
        number = customer.phone
        if number and number not in phones:
            phones.add(number)
            rows.append(Identity(customer=customer, kind=IdentityKind.PHONE, value=number, created_at=since))
        if person.is_trade:
            account = f"LW-{3300 + person.key}"
            rows.append(Identity(customer=customer, kind=IdentityKind.EXTERNAL, value=account, created_at=since))
    return rows
