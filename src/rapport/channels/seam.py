"""What a channel kind must offer. One folder in `kinds/`, one class, registered by a settings line.

The core owns the endpoint, storage before reading, de-duplication, retries and the conformance tests; a kind only
translates. Code outside the folder asks a kind what it can do (`abilities`), never which one it is.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from rapport.channels.simulating import Simulator
from rapport.channels.types import (
    Abilities,
    Address,
    Answer,
    Check,
    DnsRecord,
    Event,
    IdentityOf,
    Incoming,
    Instruction,
    Limit,
    MessageReceived,
    Outgoing,
    Profile,
    Receipt,
    SignIn,
    Template,
)

if TYPE_CHECKING:
    from rapport.channels.office import Desk


class Kind(ABC):
    """A way in and out. Instances are stateless: everything about one connection is in its `settings` dict."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    icon: ClassVar[str]
    abilities: ClassVar[Abilities]
    # What its people are known by. For handles the author's address must be unique among all people of the kind.
    identity: ClassVar[IdentityOf] = IdentityOf.EMAIL
    # Asked in the product when a channel is set up; cleaned data becomes `Channel.settings`, encrypted. It may name
    # `shown_when`, which field matters for which choice ({"imap_host": "incoming=imap"}), and `further`, the folded.
    form: ClassVar[type[forms.Form]]

    def verify(
        self, body: bytes, headers: Mapping[str, str], settings: Mapping[str, Any], url: str = ""
    ) -> Mapping[str, str]:
        """Raise NotAllowed unless the provider signed this request to this address. Nothing has been stored yet.

        Answers what reading will need to know besides the bytes, such as their content type.
        """
        return {}

    def greet(self, query: Mapping[str, str], settings: Mapping[str, Any]) -> Answer | None:
        """What to answer a provider that looks by GET whether the address is ours. Raises NotAllowed."""
        return None

    def answer(
        self, body: bytes, transport: Mapping[str, str], settings: Mapping[str, Any], desk: "Desk"
    ) -> Answer | None:
        """What to tell the provider once its push is stored; None for a mere yes. Fast: nobody else is asked."""
        return None

    def parcels(self, body: bytes, transport: Mapping[str, str]) -> Sequence[bytes]:
        """A push that brings several messages as one for each of them, in the same form. Stored one by one."""
        return (body,)

    def fetch(self, body: bytes, transport: Mapping[str, str], settings: Mapping[str, Any]) -> Incoming | None:
        """The message that a push only announced; it takes the place of the push. None when all of it is there.

        Called before reading, outside of any transaction. Raises CannotConnect, to be tried again, and CannotRead.
        """
        return None

    def read_pushed(self, body: bytes, transport: Mapping[str, str]) -> list[Event]:
        """Like `read`, for what came with something to know besides the bytes. Raises CannotRead."""
        return self.read(body)

    def original(self, body: bytes, transport: Mapping[str, str]) -> bytes:
        """The message as its author's program made it, or as near to that as what came allows."""
        return body

    @abstractmethod
    def read(self, body: bytes) -> list[Event]:
        """Bytes to typed events. Pure: no database, no network, no clock. Raises CannotRead."""

    @abstractmethod
    def send(self, message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
        """Hand a message to the provider. Raises CannotDeliver(reason, permanent=...)."""

    def parts_of(self, text: str) -> int | None:
        """How many of its provider's messages a text becomes, each of them paid for; None where nobody counts."""
        return None

    def templates(self, settings: Mapping[str, Any]) -> Sequence[Template]:
        """The approved texts, asked from the provider. Raises CannotConnect."""
        return ()

    def introduce(self, address: str, settings: Mapping[str, Any]) -> Profile | None:
        """Who somebody is that wrote for the first time, where the message did not say. Raises CannotConnect."""
        return None

    def show_typing(self, person: Address, exchange: str, settings: Mapping[str, Any], about: str = "") -> None:
        """Let the person see that somebody is writing. Raises CannotConnect; asked only with `abilities.typing`.

        `about` is the external id of the last that they wrote, for providers that want to know what is answered.
        """
        raise NotImplementedError

    def show_read(self, person: Address, external_id: str, settings: Mapping[str, Any]) -> None:
        """Let the person see that this message was read. Asked only with `abilities.marks_read`."""
        raise NotImplementedError

    def change(self, person: Address, provider_id: str, text: str, settings: Mapping[str, Any]) -> None:
        """Put other words in the place of what we sent. Raises CannotDeliver; asked only with `abilities.edits`."""
        raise NotImplementedError

    def take_back(self, person: Address, provider_id: str, settings: Mapping[str, Any]) -> None:
        """Delete what we sent at the person's side. Raises CannotDeliver; asked only with `abilities.deletes`."""
        raise NotImplementedError

    def call(self, person: Address, settings: Mapping[str, Any], agent_number: str) -> Receipt:
        """Ring the agent's own phone, then the person, and join them; the receipt names the exchange.

        The settings hold besides the channel's address for pushes, as `push_url`. Raises CannotDeliver; asked only
        with `abilities.calls`.
        """
        raise NotImplementedError

    def simulator(self) -> Simulator | None:
        """The provider, played on this machine: for trying the channel without an account there."""
        return None

    def external_id(self, address: str) -> str:
        """A fresh id for a message leaving from this address; empty when the provider gives it."""
        return ""

    def known_authentication(
        self, message: MessageReceived, transport: Mapping[str, str], settings: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Who vouches for the author as far as the message says, without the network; empty when nobody did.

        The words are those of `rapport.conversations.authentication`; with "pending", `find_authentication` is asked.
        """
        return {}

    def find_authentication(self, body: bytes, transport: Mapping[str, str]) -> Mapping[str, Any]:
        """The same, found out ourselves. Called in a job; asks the network, some seconds at most."""
        return {}

    def instructions(self, settings: Mapping[str, Any], url: str) -> Sequence[Instruction]:
        """What an administrator copies to the provider so that it pushes to this address."""
        return ()

    def answer_address(self, address: str, token: str, settings: Mapping[str, Any]) -> str:
        """An address under which answers come back with this token; empty where the channel has no such thing."""
        return ""

    def limits(self, settings: Mapping[str, Any]) -> Sequence[Limit]:
        """How much the provider takes; the core makes the rest wait. None where it takes everything."""
        return ()

    def new_signing(self, address: str) -> Mapping[str, Any]:
        """A key to sign messages from an address with; empty for a kind that signs nothing.

        It becomes `Channel.signing`, encrypted, and `send` finds it in its settings under "signing".
        """
        return {}

    def signing_record(self, key: Mapping[str, Any]) -> DnsRecord:
        """What an administrator publishes before anything is signed. Asked only where there is a key."""
        raise NotImplementedError

    def check_signing(self, key: Mapping[str, Any]) -> Check:
        """Whether that is published. Asks the network, a few seconds at most."""
        raise NotImplementedError

    def sign_in(self, settings: Mapping[str, Any]) -> SignIn | None:
        """Where an administrator has to consent before this channel may be used; None where nobody has to.

        The core keeps the consent, and the settings that it hands to `poll`, `watch`, `send` and `check` then hold a
        fresh `access_token`.
        """
        return None

    def check(self, settings: Mapping[str, Any]) -> Iterable[Check]:
        """Try the connection step by step and say what is wrong, and whose turn it is.

        The settings of a channel that is connected already hold besides its address for pushes, as `push_url`.
        A generator lets the page show each step as it is done.
        """
        return ()

    def suggest(self, address: str) -> Mapping[str, Any]:
        """Values for the form that this address lets one guess, without the network; `hint` is shown beside them."""
        return {}

    def clean(self, html: str) -> str:
        """HTML of our own, made safe to show and to send; empty for a kind that has none."""
        return ""

    def plain(self, html: str, *, own: bool = False) -> str:
        """What cleaned HTML says as plain text; with `own` without what it quotes and without the signature."""
        return ""

    def listen(self, reception: "Reception") -> "Listener | None":
        """Open the door that every channel of this kind shares, if the installation asks for one."""
        return None

    def poll(self, settings: Mapping[str, Any], position: Mapping[str, Any]) -> "Poll | None":
        """A session that fetches waiting messages, or None for a kind that is only pushed to.

        The settings hold besides the channel's address for pushes, as `push_url`: a session may see to it that the
        provider knows that, and fetch nothing.
        """
        return None

    def asks(self, settings: Mapping[str, Any]) -> bool:
        """Whether `poll` fetches anything for these settings."""
        return False

    def certificates(self, settings: Mapping[str, Any]) -> Mapping[str, datetime]:
        """When the certificates of its servers end, by host. Asks the network, some seconds each."""
        return {}

    def watch(self, settings: Mapping[str, Any]) -> "Watch | None":
        """An open line on which the provider tells of new messages at once; None where it can only be asked.

        The core calls `poll` when something was told, and now and then all the same. Raises CannotConnect.
        """
        return None


class Poll(ABC):
    """Messages waiting at a provider. The core stores each body durably before it calls `done`."""

    @abstractmethod
    def waiting(self) -> "Sequence[Waiting]":
        """What is new since the position, oldest first, at most a few hundred. Raises CannotConnect."""

    @abstractmethod
    def done(self, items: "Sequence[Waiting]") -> Mapping[str, Any]:
        """These are stored: flag them on the server and answer the new position. Raises CannotConnect."""

    @abstractmethod
    def close(self) -> None: ...


class Waiting(ABC):
    """One message at the provider; `body()` fetches it."""

    key: str

    @abstractmethod
    def body(self) -> bytes | BinaryIO | None:
        """The message; None when it is gone. Raises CannotRead when only this one cannot be had, CannotConnect."""


class Watch(ABC):
    """An open line to a provider. One worker holds it; its methods are never called from two threads at once."""

    @abstractmethod
    def fileno(self) -> int:
        """What becomes readable when the provider says something."""

    @abstractmethod
    def news(self) -> bool:
        """Called when it is readable: whether anything new is there. Raises CannotConnect when the line is cut."""

    @abstractmethod
    def renew(self) -> bool:
        """Called every few minutes: show the provider that we are here, and find out whether it is.

        Answers whether anything new is there. Raises CannotConnect.
        """

    @abstractmethod
    def close(self) -> None:
        """Hang up without waiting for an answer; may be called from another thread, and twice."""


class Listener(ABC):
    """An open door. It hands in what arrives, and acknowledges only what the reception has stored."""

    @abstractmethod
    def stop(self) -> None:
        """Take nothing more; returns when the door is closed."""


class Reception(ABC):
    """Where a listener hands in, from any thread."""

    @abstractmethod
    def take(self, kind: str, incoming: Incoming) -> "Future[None]":
        """Done once it is stored durably. Its exception says why not: NoSpace, or the database's own."""

    @abstractmethod
    def knows(self, address: str) -> bool:
        """Whether mail for this address is ours. Everything is, while there is no channel yet."""


@cache
def kinds() -> dict[str, Kind]:
    """Every registered kind by name, in the order of the settings."""
    found = [import_string(path)() for path in settings.CHANNEL_KINDS]
    return {kind.name: kind for kind in found}


def kind_of(name: str) -> Kind:
    return kinds()[name]
