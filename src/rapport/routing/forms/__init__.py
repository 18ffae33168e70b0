"""What is typed into the settings of hours, promises and who takes what."""

from rapport.routing.forms.hours import HoursForm
from rapport.routing.forms.policy import PolicyForm
from rapport.routing.forms.scheme import SchemeForm
from rapport.routing.forms.skill import SkillForm

__all__ = ["HoursForm", "PolicyForm", "SchemeForm", "SkillForm"]
