"""How people come in: the first owner, invitations, and the command line."""

from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rapport.backbone.events import announce
from rapport.kit import clock, ids
from rapport.team.announcements import AgentJoined
from rapport.team.errors import AlreadySetUp, CannotJoin, NotYours
from rapport.team.models import Agent, Invitation, Organisation, Team
from rapport.team.queries import THE_ORGANISATION, agent_by_email, is_set_up, organisation
from rapport.team.roles import AnyRole, as_fields, may_grant, role_of
from rapport.team.types import Role

INVITATION_DAYS = 7


def create_owner(
    *, name: str, email: str, password: str, company: str, language: str = "en", time_zone: str = ""
) -> Agent:
    """Finish the first run: the company and its first owner. Raises AlreadySetUp when anybody works here already."""
    refusal = AlreadySetUp(_("Rapport is already set up. Sign in instead."))
    try:
        with transaction.atomic():
            # The one row decides: of two people setting up at once, the second waits here and is refused.
            Organisation.objects.create(
                id=THE_ORGANISATION,
                name=company,
                reply_language=language,
                time_zone=time_zone,
                set_up_at=clock.now(),
            )
            if is_set_up():
                raise refusal
            return create_agent(
                name=name, email=email, password=password, role=Role.OWNER, language=language, time_zone=time_zone
            )
    except IntegrityError as error:
        raise refusal from error


@transaction.atomic
def create_agent(
    *, name: str, email: str, role: AnyRole, password: str | None = None, language: str = "", time_zone: str = ""
) -> Agent:
    """Somebody new works here; without a password they sign in by the company. Raises CannotJoin, ValidationError."""
    email = email.strip().lower()
    if agent_by_email(email):
        raise CannotJoin(_("There is already an account for %(email)s.") % {"email": email})
    agent = Agent(email=email, name=name.strip(), language=language, **as_fields(role))
    agent.time_zone = time_zone or organisation().time_zone
    if password is not None:
        validate_password(password, agent)
    agent.set_password(password)
    agent.save()
    announce(AgentJoined(agent.id), subject=f"agent:{agent.id}")
    return agent


@transaction.atomic
def invite(*, role: AnyRole, by: Agent, email: str = "", teams: Iterable[Team] = ()) -> tuple[Invitation, str]:
    """A link for one person, and its secret, which is shown this once. With an address it is for that address only.

    Whoever takes it has the role and is in the teams. Raises NotYours, CannotJoin.
    """
    if not may_grant(by, role):
        raise NotYours(_("You cannot invite somebody who may do more than you may."))
    email = email.strip().lower()
    if email and agent_by_email(email):
        raise CannotJoin(_("There is already an account for %(email)s.") % {"email": email})
    secret = ids.new_token()
    invitation = Invitation.objects.create(
        email=email,
        **as_fields(role),
        by=by,
        hash=ids.hashed(secret),
        expires_at=clock.now() + timedelta(days=INVITATION_DAYS),
    )
    invitation.teams.set(teams)
    return invitation, secret


def withdraw(invitation: Invitation, *, by: Agent) -> None:
    if not may_grant(by, role_of(invitation)):
        raise NotYours(_("You cannot withdraw an invitation of somebody who may do more than you may."))
    Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True).update(
        revoked_at=clock.now()
    )


@transaction.atomic
def accept(invitation: Invitation, *, name: str, email: str, password: str | None, language: str = "") -> Agent:
    """Join by an invitation, which is used up. Raises CannotJoin when it no longer counts."""
    now = clock.now()
    still_open = Invitation.objects.filter(
        pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now
    )
    # Claimed by this one statement: of two people with the same link, the second finds no row.
    if not still_open.update(accepted_at=now):
        raise CannotJoin(_("This invitation was already used or has expired. Ask for a new one."))
    # The role may have changed since the link was opened.
    invitation = Invitation.objects.select_related("custom_role").get(pk=invitation.pk)
    agent = create_agent(
        name=name,
        email=invitation.email or email,
        role=role_of(invitation),
        password=password,
        language=language,
    )
    agent.teams.set(invitation.teams.all())
    Invitation.objects.filter(pk=invitation.pk).update(accepted_by=agent)
    return agent
