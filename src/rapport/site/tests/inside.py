"""What the tests do inside a running installation."""


def take_seats(ada, omar):
    """A session cookie for Ada, as her browser has it, a token for Omar, and where the event log stands."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from rapport.backbone.events import position
    from rapport.team import actions
    from rapport.team.models import Agent

    agent = Agent.objects.get(email=ada)
    session = SessionStore()
    session[SESSION_KEY] = str(agent.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
    session.save()
    return {
        "cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}",
        "token": actions.create_token(Agent.objects.get(email=omar), scope="read"),
        "position": position(),
    }


def say(words):
    """Announce something that means nothing to each audience, numbered from 1."""
    from rapport.backbone.events import announce
    from rapport.team.announcements import TeamChanged

    for number, audience in enumerate(words, start=1):
        announce(TeamChanged(number, by=None), subject=f"team:{number}", audience=audience.split())


def note_later(path, line):
    from rapport.backbone.tests import chores

    chores.note.enqueue(path, line)


def dawdle(path, seconds):
    from rapport.backbone.tests import chores

    chores.dawdle.enqueue(path, seconds)


def forget_a_migration():
    """As when somebody restored an older database under a newer version."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT MAX(id) FROM django_migrations WHERE app = 'backbone'")
        cursor.execute("DELETE FROM django_migrations WHERE id = %s", cursor.fetchone())
