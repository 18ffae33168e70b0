"""Everything an agent can do or go to by typing its name."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from rapport.conversations.queries import visible_to
from rapport.conversations.types import Priority
from rapport.customers.queries import called
from rapport.customers.queries import visible_to as customers_visible_to
from rapport.team.models import Agent, Team
from rapport.team.queries import agents_who_may
from rapport.team.settings_area import pages_for
from rapport.team.types import Permission
from rapport.workspace.queries import lists

FOUND = 6


@dataclass(frozen=True)
class Command:
    """One line of the command bar and what it does.

    `go` leads to an address. `press` is a selector of what is clicked, `menu` and `dialog` are ids of what is opened,
    `write` is what the composer begins: each shows only on pages that have it. `post` is an address with `{id}` for the
    open conversation, and shows only beside one. `also` is what else the line is found by.
    """

    label: str
    icon: str
    group: str
    also: str = ""
    keys: str = ""
    go: str = ""
    press: str = ""
    write: str = ""
    menu: str = ""
    dialog: str = ""
    post: str = ""
    values: dict[str, str] = field(default_factory=dict)

    @property
    def deed(self) -> tuple[object, ...]:
        """What it does, whatever it is called."""
        what = (self.go, self.press, self.write, self.menu, self.dialog, self.post)
        return (*what, *self.values.items())

    def as_json(self) -> dict[str, object]:
        return {name: value for name, value in asdict(self).items() if value}


def commands(agent: Agent, sections: Iterable[dict[str, str]]) -> list[Command]:
    """All of them for this agent, in their language and findable by the English names too."""
    with override("en"):
        english = {command.deed: command.label for command in _all(agent, sections)}
    mine = _all(agent, sections)
    return [replace(command, also=_other_name(command, english.get(command.deed, ""))) for command in mine]


def _other_name(command: Command, english: str) -> str:
    return english if english != command.label else command.also


def found(agent: Agent, query: str) -> list[Command]:
    """The conversation with this number, and people called so."""
    number = query.lstrip("#")
    lines = []
    if number.isdecimal() and len(number) < 10:
        hit = visible_to(agent).filter(number=int(number)).first()
        if hit:
            label = _("No. %(number)d") % {"number": hit.number}
            address = reverse("conversation", args=[hit.number])
            lines.append(Command(f"{label} {hit.subject}".strip(), "chat", _("Conversations"), go=address))
    people = called(customers_visible_to(agent).select_related("company").order_by("-id"), query)[:FOUND]
    for person in people:
        also = person.company.name if person.company else person.email
        address = reverse("customer", args=[person.pk])
        lines.append(Command(person.display_name, "user", _("Customers"), also=also, go=address))
    return lines


def _all(agent: Agent, sections: Iterable[dict[str, str]]) -> Iterator[Command]:
    if agent.may(Permission.REPLY):
        yield from _writing()
        yield from _changing()
        yield from _handing_over(agent)
    for view in (view for group in lists.groups(agent) for view in group.views):
        yield Command(view.label, view.icon, _("Views"), go=f"{reverse('inbox')}?view={view.key}")
    for section in sections:
        yield Command(section["label"], section["icon"], _("Go to"), go=section["href"])
    for _title, pages in pages_for(agent):
        for page in pages:
            yield Command(str(page.label), page.icon, _("Settings"), go=reverse(page.url_name))
    yield Command(_("Keys"), "keyboard", _("Help"), keys="?", dialog="keys")


def _writing() -> Iterator[Command]:
    here = _("This conversation")
    yield Command(_("Reply"), "reply", here, keys="R", write="reply")
    yield Command(_("Write a note"), "note", here, keys="N", write="note")
    yield Command(_("Forward"), "forward", here, keys="F", write="forward")
    yield Command(_("New conversation"), "plus", _("Do"), press='[data-opens="new-conversation"]')


def _changing() -> Iterator[Command]:
    here = _("This conversation")
    yield Command(_("Close"), "check", here, keys="E", press="#closure-button[data-leaves]")
    yield Command(_("Reopen"), "undo", here, press="#closure-button:not([data-leaves])")
    yield Command(_("Assign"), "user-plus", here, keys="A", menu="assign-menu")
    yield Command(_("Snooze"), "snooze", here, keys="Z", menu="snooze-menu")
    yield Command(_("Tags"), "tag", here, keys="T", menu="tag-menu")
    yield Command(_("Priority"), "flag", here, keys="P", menu="priority-menu")
    yield Command(_("Wake now"), "clock", here, press='#actions-menu [hx-delete$="/snooze"]')
    yield Command(_("Follow"), "eye", here, keys="W", press='#actions-menu [hx-post$="/following"]')
    yield Command(_("Stop following"), "eye", here, keys="W", press='#actions-menu [hx-delete$="/following"]')
    yield Command(_("Mark as junk"), "ban", here, keys="!", press="#junk-button")
    yield Command(_("Not junk"), "undo", here, press='#actions-menu [hx-delete$="/junk"]')
    yield Command(_("Merge with another"), "merge", here, press='#actions-menu [data-opens="merge-conversation"]')
    yield Command(_("Mark unread"), "mail", here, press='#actions-menu [hx-delete$="/seen"]')
    yield Command(_("Delete"), "x", here, press='#actions-menu [data-dialog="delete-conversation"]')
    yield Command(_("Full profile"), "user", here, press="#customer .pane-head a.btn.small")
    for value, label in Priority.choices:
        said = _("Priority: %(priority)s") % {"priority": label}
        yield Command(said, "flag", here, post="/conversations/{id}/priority", values={"priority": str(value)})


def _handing_over(agent: Agent) -> Iterator[Command]:
    here, address = _("This conversation"), "/conversations/{id}/assignment"
    yield Command(_("Assign to me"), "user", here, post=address, values={"agent": "me"})
    yield Command(_("Unassign"), "x", here, post=address, values={"agent": "nobody"})
    for other in agents_who_may(Permission.REPLY).exclude(pk=agent.pk).order_by("name", "id"):
        said = _("Assign to %(name)s") % {"name": other.name}
        yield Command(said, "user", here, post=address, values={"agent": str(other.pk)})
    for team in Team.objects.all():
        said = _("Give to %(name)s") % {"name": team.name}
        yield Command(said, "users", here, post=address, values={"team": str(team.pk)})
