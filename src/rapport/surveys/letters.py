"""The mail that asks: in the customer's language, with five faces that are links."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from rapport.channels import mailings
from rapport.conversations.models import Conversation
from rapport.conversations.types import Direction
from rapport.kit.text import language_of
from rapport.surveys.models import Invitation
from rapport.surveys.queries import RATINGS, policy
from rapport.team.queries import organisation

# Mail programs show no SVG; every one of them has these.
FACES = ((1, "😠"), (2, "🙁"), (3, "😐"), (4, "🙂"), (5, "😀"))
# Links in such a mail; what stays of one once it is made useless is the first group.
LINK = re.compile(r"(/(?:rate|unsubscribe)/)[\w-]{20,}")


@dataclass(frozen=True)
class Letter:
    text: str
    html: str


def letter(invitation: Invitation, token: str) -> Letter:
    """What the customer reads. The token stands in its links and nowhere else."""
    conversation = invitation.conversation
    with translation.override(invitation.language):
        words = {
            "question": question(conversation.subject),
            "name": conversation.customer.name,
            "company": organisation().name,
            "expires_at": invitation.expires_at,
            "url": settings.BASE_URL + reverse("rate", args=[token]),
            "stop_url": mailings.unsubscribe_url(conversation.customer.email, RATINGS, language=invitation.language),
            "faces": [
                (face, word, settings.BASE_URL + reverse("rate_score", args=[token, score]))
                for (score, face), word in zip(FACES, score_words(), strict=True)
            ],
        }
        return Letter(
            text=render_to_string("surveys/letter.txt", words).strip() + "\n",
            html=render_to_string("surveys/letter.html", words).strip(),
        )


def question(subject: str) -> str:
    """The company's own question, or ours in the active language."""
    own = policy().question.strip()
    if own:
        return own
    # A subject that is a question keeps its mark, and ours would be a second one.
    subject = subject.rstrip(" ?？!！.。")
    if subject:
        return _("How was our help with “%(subject)s”?") % {"subject": subject}
    return _("How was our help?")


def score_words() -> list[str]:
    """What 1 to 5 mean, in the active language."""
    return [_("Very bad"), _("Bad"), _("Fine"), _("Good"), _("Very good")]


def language_for(conversation: Conversation) -> str:
    """The one of our languages that the customer reads: as they said, else as they wrote, else the company's."""
    said = conversation.customer.language
    if said:
        return _ours(said)
    theirs = conversation.messages.filter(direction=Direction.IN, is_automatic=False).order_by("-id")
    wrote = theirs.values_list("visible_text", flat=True).first() or ""
    return _ours(language_of(f"{conversation.subject} {wrote}"[:4000]) or organisation().reply_language)


def _ours(language: str) -> str:
    try:
        return translation.get_supported_language_variant(language)
    except LookupError:
        return "en"
