"""How news is carried to browsers: importing it is enough."""

from rapport.team.notifications import pushing

__all__ = ["pushing"]
