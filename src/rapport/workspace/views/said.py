"""What a composer says, read from its form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import getaddresses
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import linebreaks
from django.utils.translation import gettext as _

from rapport.channels import quotes
from rapport.channels.actions.choosing import choose
from rapport.channels.errors import CannotWrite
from rapport.channels.models import Channel
from rapport.channels.queries import channel_to_answer_by
from rapport.channels.seam import Kind, kind_of
from rapport.conversations.models import Conversation, Message
from rapport.conversations.queries import messages_visible_to
from rapport.conversations.types import DraftMode, IncomingFile, Sight
from rapport.kit import clock
from rapport.kit.text import one_line, storable
from rapport.team.permissions import AgentRequest
from rapport.workspace import pictures, uploads
from rapport.workspace.queries.ways import channel_by, names_channel

LONGEST = 1_000_000
_FURTHEST = timedelta(days=366)


@dataclass(frozen=True)
class Said:
    """The fields of a reply, a forward, a note, or a letter that begins something. None where the form had none."""

    text: str
    html: str
    mode: str
    to: tuple[str, ...] | None
    cc: tuple[str, ...] | None
    bcc: tuple[str, ...] | None
    subject: str
    sender: str
    about: Message | None
    has_quote: bool
    words: tuple[str, ...]
    send_at: str
    then: str
    seen: Sight | None = None
    # An approved text in place of one's own words: its name, its language and what is filled in.
    template: tuple[str, str, tuple[str, ...]] | None = None

    @classmethod
    def of(cls, request: AgentRequest) -> "Said":
        post = request.POST
        mode = post.get("mode", "")
        about = post.get("about", "")
        found = (
            messages_visible_to(request.user).select_related("conversation__customer", "conversation__inbox")
            if about.isdecimal()
            else None
        )
        return cls(
            text=storable(post.get("text", "").replace("\r\n", "\n").strip("\n"))[:LONGEST],
            html=storable(post.get("html", ""))[:LONGEST],
            mode=mode if mode in DraftMode.values else DraftMode.REPLY,
            to=_line(post.get("to")),
            cc=_line(post.get("cc")),
            bcc=_line(post.get("bcc")),
            subject=one_line(post.get("subject", ""))[:998],
            sender=post.get("sender", "").strip()[:320],
            about=found.filter(pk=int(about[:18])).first() if found is not None else None,
            has_quote=post.get("quote") == "1",
            words=tuple(post.getlist("file")),
            send_at=post.get("send_at", ""),
            then=post.get("then", ""),
            seen=_sight(post.get("after", ""), post.get("closed", "")),
            template=(post["template"], post.get("language", ""), tuple(post.getlist("value")))
            if post.get("template")
            else None,
        )

    @property
    def is_note(self) -> bool:
        return self.mode == DraftMode.NOTE

    @property
    def is_forward(self) -> bool:
        return self.mode == DraftMode.FORWARD and self.about is not None

    def as_draft(self, request: AgentRequest) -> dict[str, Any]:
        """The fields of a draft beside its conversation and agent."""
        whom = {name: list(value) if value is not None else None for name, value in self._whom().items()}
        return {
            "text": self.text,
            "mode": self.mode,
            "html": self.html,
            **whom,
            "subject": self.subject,
            "sender": self.sender,
            "about": self.about,
            "has_quote": self.has_quote,
            "files": uploads.draft_of(self.words, by=request.user),
            "after": self.seen.after if self.seen else None,
        }

    def letter(self, conversation: Conversation, request: AgentRequest) -> dict[str, Any]:
        """What `channels.actions.reply` wants of it. Raises CannotWrite."""
        channel = self._channel(conversation)
        if self.template is not None:
            return self._approved(channel or channel_to_answer_by(conversation))
        files = self.files(request)
        kind = kind_of(channel.kind if channel else usual_kind(conversation))
        text, html, shown = self._worded(kind, request, files)
        copies = kind.abilities.copies
        return {
            "text": text,
            "html": html,
            # Where nobody can be added nobody can be chosen: it goes to the customer.
            "to": self.to if copies and self.to else None,
            "cc": self.cc or () if copies else (),
            "bcc": self.bcc or () if copies else (),
            "files": [*shown, *files],
            "subject": self.subject if kind.abilities.subject else "",
            "sender": channel,
            "about": self.about if self.about and self.about.conversation_id == conversation.pk else None,
            "is_forward": self.is_forward,
            "send_at": self.leaves_at(),
            "seen": self.seen,
        }

    def files(self, request: AgentRequest) -> list[IncomingFile]:
        """The attached ones. Raises CannotWrite."""
        # Without scripts the form brings the files themselves.
        try:
            kept = [uploads.keep(upload, by=request.user) for upload in request.FILES.getlist("upload")]
            return uploads.named([*self.words, *kept], by=request.user)
        except uploads.TooLarge as error:
            raise CannotWrite(str(uploads.TOO_LARGE)) from error
        except uploads.UnknownUpload as error:
            raise CannotWrite(_("A file is no longer here. Add it again.")) from error

    def leaves_at(self) -> datetime | None:
        """When it is to leave; None for as soon as may be. Raises CannotWrite for no moment, or none within a year."""
        if not self.send_at:
            return None
        at = parse_datetime(self.send_at[:40])
        if at is None:
            raise CannotWrite(_("Choose a day and a time."))
        at = at if timezone.is_aware(at) else timezone.make_aware(at)
        if at > clock.now() + _FURTHEST:
            raise CannotWrite(_("Choose a time within a year."))
        return at if at > clock.now() else None

    def _whom(self) -> dict[str, tuple[str, ...] | None]:
        return {"to": self.to, "cc": self.cc, "bcc": self.bcc}

    def _approved(self, channel: Channel | None) -> dict[str, Any]:
        """A template. Raises CannotWrite and CannotConnect."""
        if channel is None or self.template is None:
            raise CannotWrite(_("This channel has no templates."))
        name, language, values = self.template
        chosen, text = choose(channel, name=name, language=language, values=values)
        return {"text": text, "sender": channel, "template": chosen, "seen": self.seen}

    def _worded(
        self, kind: Kind, request: AgentRequest, files: Sequence[IncomingFile]
    ) -> tuple[str, str, list[IncomingFile]]:
        html = self.html if kind.abilities.rich_text else ""
        says = bool(kind.plain(kind.clean(html), own=True).strip() or "<img" in html if html else self.text.strip())
        if not says and not files and not self.is_forward:
            raise CannotWrite(_("Write something first."))
        if self.is_forward and kind.abilities.rich_text and not html:
            html = linebreaks(self.text, autoescape=True)
        if not html:
            return self.text, "", []
        try:
            html, shown = pictures.travelling(html + self._quote(), about=self.about, by=request.user)
        except uploads.UnknownUpload as error:
            raise CannotWrite(_("A picture is no longer here. Add it again.")) from error
        return "", html, shown

    def _quote(self) -> str:
        if not self.has_quote or self.about is None:
            return ""
        if self.is_forward:
            return quotes.forwarded(self.about)
        return quotes.reply_quote(self.about) if self.about.conversation.inbox.quotes_history else ""

    def _channel(self, conversation: Conversation) -> Channel | None:
        """The chosen sender; None for the usual one. Raises CannotWrite."""
        if not self.sender:
            return None
        if names_channel(self.sender):
            named = channel_by(self.sender)
            if named is None or named.paused_at is not None:
                raise CannotWrite(_("This channel is not used any more. Choose another one."))
            return named
        usual, here = usual_kind(conversation), conversation.inbox_id
        known = Channel.objects.filter(address__iexact=self.sender).order_by("id")
        found = min(known, key=lambda each: (each.kind != usual, each.inbox_id != here), default=None)
        if found is None:
            raise CannotWrite(_("Nothing is sent from this address any more. Choose another sender."))
        return found


def usual_kind(conversation: Conversation) -> str:
    """The kind by which it is answered unless another channel is chosen."""
    channel = channel_to_answer_by(conversation)
    return channel.kind if channel else conversation.channel


def _sight(after: str, closed: str) -> Sight | None:
    return Sight(int(after[:18]), {"0": False, "1": True}.get(closed)) if after.isdecimal() else None


def _line(line: str | None) -> tuple[str, ...] | None:
    """The mail addresses of a To or Cc line; a piece that holds none, as it stands, for the channel to refuse."""
    if line is None:
        return None
    line = line.replace(";", ",")
    found = [address for _name, address in getaddresses([line]) if address]
    unread = [piece.strip() for piece in line.split(",") if "@" in piece or not found]
    strange = [piece for piece in unread if piece and not any(address in piece for address in found)]
    return (*found, *strange)
