"""One message of ours that is several of a provider's: words in pieces, and each file by itself."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.utils.translation import gettext as _

from rapport.channels.errors import CannotDeliver

P = TypeVar("P")
R = TypeVar("R")


def hand_over_each(pieces: Sequence[P], hand_over: Callable[[int, P], R], *, called: Callable[[P], str]) -> list[R]:
    """Hand them over in order, each with its place; answers what came of each. Raises CannotDeliver.

    Where a later one is refused it is refused for good, whatever the reason: trying the whole again would show the
    person the first ones twice. Somebody reads what is missing, `called` so, and sends that.
    """
    done: list[R] = []
    for place, piece in enumerate(pieces):
        try:
            done.append(hand_over(place, piece))
        except CannotDeliver as error:
            if not place:
                raise
            said = {"name": called(piece), "reason": error.reason}
            raise error.for_good(
                _("Only a part arrived. %(name)s did not: %(reason)s Send that again in a new message.") % said
            ) from error
    return done
