"""What people are told of customers: importing it is enough."""

from rapport.customers.tasks import notices

__all__ = ["notices"]
