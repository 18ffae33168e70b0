"""What this room does when something happens in it."""

from rapport.customers.tasks import subscribers

__all__ = ["subscribers"]
