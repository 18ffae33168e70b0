"""Which other conversations of a customer may be about the same matter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher

from rapport.channels.subjects import bare_subject
from rapport.conversations.models import Conversation
from rapport.conversations.queries import visible_to
from rapport.team.models import Agent
from rapport.workspace.queries.channels import Face, face_of

# Share of characters in common, in order. An answer with another ending passes, another question does not.
ALIKE = 0.75
# Whoever writes twice within this may mean the same without saying so in the subject.
SHORTLY = timedelta(days=3)
CANDIDATES = 20


@dataclass(frozen=True)
class Candidate:
    conversation: Conversation
    face: Face
    is_alike: bool


def candidates(conversation: Conversation, *, viewer: Agent) -> list[Candidate]:
    """Other conversations of the same customer, those likely about the same matter first. One query."""
    others = visible_to(viewer).filter(customer_id=conversation.customer_id).standing().exclude(pk=conversation.pk)
    newest = others.select_related("customer").order_by("-last_at", "-id")[:CANDIDATES]
    found = [Candidate(each, face_of(each.channel), is_alike(each, conversation)) for each in newest]
    return sorted(found, key=lambda each: not each.is_alike)


def twin(conversation: Conversation, others: Iterable[Conversation]) -> Conversation | None:
    """The first of these that is not closed and likely about the same matter."""
    if conversation.is_closed:
        return None
    return next((each for each in others if not each.is_closed and is_alike(each, conversation)), None)


def is_alike(one: Conversation, other: Conversation) -> bool:
    """Whether their subjects say nearly the same; without a subject, whether they began within three days."""
    subjects = bare_subject(one.subject), bare_subject(other.subject)
    if all(subjects):
        return subjects[0] in subjects[1] or subjects[1] in subjects[0] or _in_common(*subjects) >= ALIKE
    return abs(one.created_at - other.created_at) <= SHORTLY


def _in_common(one: str, other: str) -> float:
    return SequenceMatcher(None, one[:200], other[:200], autojunk=False).ratio()
