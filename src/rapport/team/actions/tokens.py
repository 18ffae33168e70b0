"""API tokens: secrets that scripts sign in with, for a while and for a purpose."""

from datetime import timedelta

from django.db.models import Q

from rapport.kit import clock, ids
from rapport.team.models import Agent, ApiToken
from rapport.team.types import TokenScope

PREFIX = "rpt_"
USED_EVERY = timedelta(minutes=1)


def create_token(agent: Agent, *, scope: str = TokenScope.READ, name: str = "", days: int = 365) -> str:
    """A new token for this agent, in plain text; it cannot be read again."""
    plain = ids.new_token(PREFIX)
    ApiToken.objects.create(
        agent=agent,
        name=name.strip(),
        scope=TokenScope(scope),
        hash=ids.hashed(plain),
        hint=plain[-4:],
        expires_at=clock.now() + timedelta(days=days),
    )
    return plain


def revoke_token(token: ApiToken) -> None:
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=clock.now())


def token_for(plain: str) -> tuple[Agent, TokenScope] | None:
    """Whose token this is and what it may do; None when it is unknown, expired, revoked or its owner has left."""
    if not plain.startswith(PREFIX):
        return None
    now = clock.now()
    living = ApiToken.objects.filter(
        revoked_at__isnull=True, expires_at__gt=now, agent__deactivated_at__isnull=True
    ).select_related("agent__custom_role")
    token = living.filter(hash=ids.hashed(plain)).first()
    if token is None:
        return None
    if token.last_used_at is None or now - token.last_used_at >= USED_EVERY:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USED_EVERY)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    return token.agent, TokenScope(token.scope)
