"""What is typed into the settings of hours and promises."""

from rapport.routing.forms.hours import HoursForm
from rapport.routing.forms.policy import PolicyForm

__all__ = ["HoursForm", "PolicyForm"]
