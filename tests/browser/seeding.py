"""Run inside an installation: the cast, so that somebody can sign in."""

from tests.browser.installation import PASSWORD

CAST = (
    ("Olga Brandt", "olga@lampwright.example", "owner"),
    ("Noor Aziz", "noor@lampwright.example", "admin"),
    ("Omar Haddad", "omar@lampwright.example", "lead"),
    ("Ada Lindqvist", "ada@lampwright.example", "agent"),
    ("Vera Sund", "vera@lampwright.example", "viewer"),
)


def cast() -> dict[str, int]:
    """A company that is set up, with everybody in it; answers their ids by first name."""
    from django.contrib.auth.hashers import make_password

    from rapport.kit import clock
    from rapport.team.models import Agent, Organisation

    Organisation.objects.update_or_create(id=1, defaults={"name": "Lampwright", "set_up_at": clock.now()})
    people = [Agent.objects.create_user(email, None, name=name, role=role) for name, email, role in CAST]
    # Scrambled once: it takes a third of a second, on purpose.
    Agent.objects.update(password=make_password(PASSWORD))
    return {agent.name.partition(" ")[0].lower(): agent.id for agent in people}
