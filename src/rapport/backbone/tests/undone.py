"""What happens and is then undone."""

from django.db import transaction


class Undone(Exception):
    """The surrounding transaction is rolled back."""


def and_then_fail(*actions):
    """Do these in one transaction, which then fails with Undone."""
    with transaction.atomic():
        for action in actions:
            action()
        raise Undone
