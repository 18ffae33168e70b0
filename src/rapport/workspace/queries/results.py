"""What a search shows: conversations with their best words, people, files and tags."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.utils.safestring import SafeString

from rapport.backbone import search as index
from rapport.conversations.models import Attachment, Conversation, Message, Tag
from rapport.conversations.queries import attachments_visible_to, scopes_of, visible_to
from rapport.conversations.querysets import ConversationQuerySet
from rapport.conversations.searching import Found, Hit, Note, Search, find, matching, read
from rapport.conversations.searching.language import All, Asked, Word
from rapport.customers.models import Customer
from rapport.customers.queries import visible_to as customers_visible_to
from rapport.customers.spelling import alike
from rapport.team.models import Agent
from rapport.workspace.highlighting import Terms, marked, snippet
from rapport.workspace.queries.channels import Face, face_of
from rapport.workspace.queries.customer_list import Wanted, customers_in
from rapport.workspace.queries.lists import View, conversations_in
from rapport.workspace.queries.rows import PAGE, BadCursor, Page, as_row, loaded, with_cells

PEOPLE, FILES, TAGS = 6, 6, 5
RESULTS = 30
_FILES_LOOKED_AT = 40


@dataclass(frozen=True)
class Result:
    """A conversation that was found; `message` is the one that says it best, None where no words were asked for."""

    conversation: Conversation
    face: Face
    subject: SafeString
    snippet: SafeString
    message: Message | None = None
    files: Sequence[SafeString] = ()


@dataclass(frozen=True)
class FoundFile:
    file: Attachment
    name: SafeString


@dataclass(frozen=True)
class Results:
    """A page; files and tags come with the first."""

    results: list[Result]
    next: str
    is_cut: bool
    files: list[FoundFile] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)


@dataclass(frozen=True)
class FoundPage(Page):
    """Rows of a view that a search found; `is_everywhere` when the view had none and all conversations were asked."""

    notes: tuple[Note, ...] = ()
    is_everywhere: bool = False
    is_cut: bool = False


def results(agent: Agent, search: Search, *, cursor: str = "") -> Results:
    """A page of results. A constant number of queries."""
    found = find(agent, search, cursor=cursor, limit=RESULTS) if search.ways else Found([])
    terms = Terms.for_words(search.words)
    made = Results(_results(agent, found.hits, search, terms), found.next, found.is_cut)
    if cursor or not search.words or not _is_words(search):
        return made
    return replace(made, files=_files(agent, search), tags=_tags(search))


def people_called(agent: Agent, search: Search) -> tuple[list[Customer], bool]:
    """Customers who go by these words; and whether they only nearly do, since nobody is called so."""
    words = " ".join(search.words) if _is_words(search) else ""
    known = customers_in(agent, Wanted(words), limit=PEOPLE).people if words else []
    if known or not words:
        return known, False
    near = alike(customers_visible_to(agent).select_related("company").order_by("-id"), words)
    return list(near[:PEOPLE]), True


def found_rows(agent: Agent, typed: str, *, view: View, cursor: str = "") -> FoundPage:
    """The rows of a view that a search finds, with the words marked; from everywhere where the view has none.

    Raises BadCursor.
    """
    search = read(agent, typed)
    where, _dash, rest = cursor.partition("-") if cursor[:2] in ("e-", "v-") else ("", "", cursor)
    if rest and not (rest.isdecimal() or "~" in rest):
        raise BadCursor(cursor)
    found = Found([])
    if search.ways and where != "e":
        found = find(agent, search, within=conversations_in(view, agent), cursor=rest, limit=PAGE)
    is_everywhere = bool(search.ways) and (where == "e" or (not cursor and not found.hits and not found.next))
    if is_everywhere:
        found = find(agent, search, cursor=rest if where == "e" else "", limit=PAGE)
    terms = Terms.for_words(search.words)
    best = _best(found.hits, terms)
    kept = {each.pk: each for each in loaded(_of(agent, found.hits), agent)}
    rows = [
        as_row(kept[hit.conversation], agent, _shown(best.get(hit.conversation), terms, 160))
        for hit in found.hits
        if hit.conversation in kept
    ]
    more = f"{'e' if is_everywhere else 'v'}-{found.next}" if found.next else ""
    return FoundPage(with_cells(rows, view), more, search.notes, is_everywhere, found.is_cut)


def found_ids(agent: Agent, typed: str, *, view: View, limit: int) -> list[int]:
    """The conversations of those rows, by their last message."""
    inside = conversations_in(view, agent)
    found = _newest(inside.filter(matching(agent, typed, within=inside)), limit)
    return found or _newest(visible_to(agent).unmerged().filter(matching(agent, typed)), limit)


def _newest(conversations: ConversationQuerySet, limit: int) -> list[int]:
    return list(conversations.order_by("-last_at", "-id").values_list("pk", flat=True)[:limit])


def _of(agent: Agent, hits: Sequence[Hit]) -> ConversationQuerySet:
    return Conversation.objects.visible_to(agent).filter(pk__in=[hit.conversation for hit in hits])


def _results(agent: Agent, hits: Sequence[Hit], search: Search, terms: Terms) -> list[Result]:
    best = _best(hits, terms)
    kept = {each.pk: each for each in _of(agent, hits).select_related("customer", "assignee")}
    names = Terms.for_words([*search.words, *search.files])
    files: dict[int, list[SafeString]] = {}
    if names.patterns:
        theirs = Attachment.objects.filter(message__in=best.values(), inline=False).order_by("id")
        for owner, name in theirs.values_list("message", "name"):
            if names.spans(name):
                files.setdefault(owner, []).append(marked(name, names))
    made = []
    for hit in hits:
        if conversation := kept.get(hit.conversation):
            message = best.get(hit.conversation)
            made.append(
                Result(
                    conversation,
                    face_of(conversation.channel),
                    marked(conversation.subject, terms),
                    _shown(message, terms, 240) or marked(conversation.preview, terms),
                    message,
                    files.get(message.pk, [])[:3] if message else (),
                )
            )
    return made


def _best(hits: Sequence[Hit], terms: Terms) -> dict[int, Message]:
    """Of each conversation the message that says most of the words in its own text, not in what it quotes."""
    wanted = [message for hit in hits for message in hit.messages]
    shown = ("conversation", "text", "visible_text", "direction", "author_name", "author_address", "created_at")
    found = {each.pk: each for each in Message.objects.filter(pk__in=wanted).only(*shown)} if wanted else {}
    best: dict[int, Message] = {}
    for hit in hits:
        theirs = [found[pk] for pk in hit.messages if pk in found]
        if theirs:
            best[hit.conversation] = max(theirs, key=lambda each: terms.count_in(each.visible_text))
    return best


def _shown(message: Message | None, terms: Terms, length: int) -> SafeString:
    if message is None:
        return SafeString("")
    is_own = terms.count_in(message.visible_text) >= terms.count_in(message.text)
    return snippet(message.visible_text if is_own else message.text, terms, length)


def _is_words(search: Search) -> bool:
    """Nothing but words that all have to be there: then people, files and tags may be meant as well."""
    parts = search.tree.parts if isinstance(search.tree, All) else (search.tree,)
    return all(isinstance(part, Word) or (isinstance(part, Asked) and part.name == "file") for part in parts)


def _files(agent: Agent, search: Search) -> list[FoundFile]:
    """Files by their names, newest first."""
    said = [phrase for word in [*search.words, *search.files] if (phrase := index.marked("file", word))]
    try:
        ids = index.find([index.Query(tuple(said))], scopes=scopes_of(agent), limit=_FILES_LOOKED_AT)
    except index.TooSlow as slow:
        ids = slow.found
    if not ids:
        return []
    names = Terms.for_words([*search.words, *search.files])
    theirs = attachments_visible_to(agent).filter(message__in=ids, inline=False).select_related("message__conversation")
    found = [file for file in theirs.order_by("-message", "id") if names.count_in(file.name) == len(names.patterns)]
    return [FoundFile(file, marked(file.name, names)) for file in found[:FILES]]


def _tags(search: Search) -> list[Tag]:
    words = " ".join(search.words)
    return list(Tag.objects.filter(name__icontains=words)[:TAGS]) if len(words) > 1 else []
