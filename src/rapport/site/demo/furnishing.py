"""The company itself: its people, teams, inboxes, mailboxes, and the customers it knows."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.contrib.auth.hashers import make_password

from rapport.channels.models import Channel, ProactiveMessage
from rapport.conversations.models import Inbox, Tag
from rapport.customers.models import Company, Customer, Identity, IdentityKind
from rapport.site.demo.cast import Person
from rapport.site.demo.scene import Scene
from rapport.site.demo.story import Story
from rapport.team.models import Agent, Organisation, Team

# Where mail comes in, and where it goes: to no other machine.
MAILBOX = {"incoming": "smtp", "outgoing": "installation"}
# What every chat has; the rest is the scene's.
CHAT = {
    "position": "right",
    "away": "",
    "ask_name": "no",
    "ask_email": "optional",
    "questions": [],
    "language": "auto",
    "privacy_url": "",
    "takes_files": True,
    "mail_after": 5,
    "origins": [],
}


@dataclass(frozen=True)
class House:
    """What every conversation needs: who works here, where it lands, who wrote."""

    scene: Scene
    agents: dict[str, Agent]
    inboxes: dict[str, Inbox]
    channels: dict[str, Channel]
    customers: dict[int, Customer]
    tags: dict[str, Tag]
    people: dict[int, Person]

    def part(self, name: str) -> Agent:
        """The colleague who plays this part, such as the owner."""
        return self.agents[self.scene.part(name)]


def furnish(scene: Scene, people: list[Person], stories: list[Story], now: datetime) -> House:
    """Make it all, as if it had been there for months."""
    began = now - timedelta(days=scene.size.days + 50)
    Organisation.objects.create(name=scene.name, set_up_at=began)
    agents = _agents(scene, began, now)
    trade = Team.objects.create(name=scene.inbox("trade"), created_at=began)
    trade.members.set([agents[key] for key in scene.team])
    inboxes = {
        "support": Inbox.objects.create(name=scene.inbox("support"), created_at=began),
        "trade": Inbox.objects.create(name=scene.inbox("trade"), team=trade, created_at=began),
    }
    channels = {
        key: Channel.objects.create(
            kind="email",
            inbox=inboxes[key],
            name=address,
            address=address,
            settings={"display_name": scene.name, **MAILBOX, "address": address},
            worked_at=now - timedelta(minutes=2),
            created_at=began,
        )
        for key, address in ((key, scene.address(key)) for key in inboxes)
    }
    _open_chat(scene, inboxes["support"], began)
    names = sorted({tag for story in stories for tag in story.tags})
    tags = Tag.objects.bulk_create([Tag(name=name, created_at=began) for name in names])
    customers = _customers(scene, people, stories)
    by_key = {person.key: person for person in people}
    return House(scene, agents, inboxes, channels, customers, {tag.name: tag for tag in tags}, by_key)


def _open_chat(scene: Scene, inbox: Inbox, began: datetime) -> None:
    """The chat in the corner of its page, which says one thing by itself."""
    said = scene.says["chat"]
    shown = {name: said[name] for name in ("colour", "greeting", "quick_replies", "articles")}
    settings = {**CHAT, **shown, "display_name": scene.name, "identity_secret": secrets.token_hex(32)}
    chat = Channel.objects.create(kind="chat", inbox=inbox, name=said["name"], settings=settings, created_at=began)
    ProactiveMessage.objects.create(
        channel=chat, text=said["unasked"], pages=said["pages"], after_seconds=said["seconds"], created_at=began
    )


def _agents(scene: Scene, began: datetime, now: datetime) -> dict[str, Agent]:
    # One slow hash for all: they share the demo's password.
    password = make_password(scene.password)
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
            for place, colleague in enumerate(scene.colleagues)
        ]
    )
    return {colleague.key: agent for colleague, agent in zip(scene.colleagues, agents, strict=True)}


def _customers(scene: Scene, people: list[Person], stories: list[Story]) -> dict[int, Customer]:
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
    Identity.objects.bulk_create(_identities(scene, people, by_key))
    return by_key


def _companies(people: list[Person], known_since: dict[int, datetime]) -> dict[str, Company]:
    rows = [
        Company(name=person.company, domain=person.domain, created_at=known_since[person.key])
        for person in people
        if person.domain
    ]
    return {company.domain: company for company in Company.objects.bulk_create(rows)}


def _identities(scene: Scene, people: list[Person], customers: dict[int, Customer]) -> list[Identity]:
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
            account = f"{scene.prefix}-{scene.says['account_from'] + person.key}"
            rows.append(Identity(customer=customer, kind=IdentityKind.EXTERNAL, value=account, created_at=since))
    return rows
