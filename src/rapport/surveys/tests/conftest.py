"""Conversations that were rated, at whatever moment a test needs."""

import itertools
from datetime import timedelta

import pytest

from rapport.kit import clock, ids

_numbers = itertools.count(9000)


@pytest.fixture
def talk(kim, inbox):
    from rapport.conversations.models import Conversation

    def begin(**fields):
        given = {"customer": kim, "inbox": inbox, "subject": "Lamp flickers", **fields}
        return Conversation.objects.create(number=next(_numbers), **given)

    return begin


@pytest.fixture
def invited(talk):
    """Kim was sent a link: answers the invitation and the token in the link."""

    from rapport.surveys.models import Invitation

    def invite(*, conversation=None, at=None, language="en", days=60):
        token, at = ids.new_token(), at or clock.now()
        conversation = conversation or talk()
        invitation = Invitation.objects.create(
            conversation=conversation,
            customer=conversation.customer,
            token_hash=ids.hashed(token),
            language=language,
            sent_at=at,
            expires_at=at + timedelta(days=days),
        )
        return invitation, token

    return invite


@pytest.fixture
def rated(invited, talk):
    from rapport.surveys.models import Rating

    def rate(score, *, at=None, comment="", **fields):
        at = at or clock.now()
        invitation, _token = invited(conversation=talk(**fields), at=at)
        return Rating.objects.create(
            invitation=invitation,
            conversation=invitation.conversation,
            customer=invitation.customer,
            score=score,
            comment=comment,
            at=at,
        )

    return rate
