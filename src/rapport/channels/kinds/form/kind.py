"""The contact form as a kind. Its provider is ourselves: `rapport.channels.contact` draws it and hands it in."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rapport.channels.contact import framing
from rapport.channels.errors import CannotDeliver, NotAllowed
from rapport.channels.kinds.form import reading
from rapport.channels.kinds.form.forms import FormForm
from rapport.channels.kinds.form.simulator import FormSimulator
from rapport.channels.parcels import unpack
from rapport.channels.seam import Kind
from rapport.channels.simulating import Simulator
from rapport.channels.types import Abilities, Check, Event, Instruction, Outgoing, Receipt


class ContactForm(Kind):
    name, label, icon = "form", gettext_lazy("Contact form"), "file"
    # People give the address that answers go to; a mailbox of the inbox carries them.
    abilities = Abilities(attachments=True, subject=True, sends=False)
    form = FormForm

    def verify(
        self, body: bytes, headers: Mapping[str, str], settings: Mapping[str, Any], url: str = ""
    ) -> Mapping[str, str]:
        raise NotAllowed("A form is filled in on its page; nothing is pushed to it.")

    def read_pushed(self, body: bytes, transport: Mapping[str, str]) -> list[Event]:
        return reading.read(body, transport) if transport else self.read(body)

    def original(self, body: bytes, transport: Mapping[str, str]) -> bytes:
        return unpack(body)[0]

    def read(self, body: bytes) -> list[Event]:
        return reading.read(body, {})

    def send(self, message: Outgoing, settings: Mapping[str, Any]) -> Receipt:
        reason = _("What comes by a form is answered by mail, and there is no mailbox. An administrator connects one.")
        raise CannotDeliver(reason, permanent=True)

    def simulator(self) -> Simulator:
        return FormSimulator()

    def instructions(self, settings: Mapping[str, Any], url: str) -> Sequence[Instruction]:
        page = framing.page_of(url)
        return (
            Instruction(_("The page"), page, _("Link to it, or look at it.")),
            Instruction(
                _("In a page of yours"),
                framing.snippet(page),
                _("Put it where the form should stand. The second line only makes the frame as high as the form."),
            ),
        )

    def check(self, settings: Mapping[str, Any]) -> Iterable[Check]:
        url = str(settings.get("push_url") or "")
        yield Check(
            _("It is served at %(url)s") % {"url": framing.page_of(url)} if url else _("It is served once saved"), True
        )
        sites = settings.get("origins") or ()
        said = _("It may stand on %(sites)s") % {"sites": ", ".join(sites)} if sites else _("It may stand on any site")
        yield Check(said, True)
