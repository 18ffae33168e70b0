"""A skill: what needs it, and who knows it how well."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from rapport.conversations.models import Inbox, Tag
from rapport.routing.models import Skill
from rapport.routing.types import Level
from rapport.team.models import Agent
from rapport.team.queries import agents_who_may
from rapport.team.types import Permission


@dataclass(frozen=True)
class Knower:
    agent: Agent
    level: int


class SkillForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    language = forms.RegexField(
        label=gettext_lazy("Code of the language"),
        regex=r"^[A-Za-z]{2,3}(-[A-Za-z]{2,8})?$",
        required=False,
        max_length=12,
    )
    least_level = forms.TypedChoiceField(
        label=gettext_lazy("Counts from"), choices=Level.choices, coerce=int, initial=Level.SOME
    )
    tags = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Tags"), queryset=Tag.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    inboxes = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Inboxes"), queryset=Inbox.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, skill: Skill | None = None) -> None:
        plain = ("name", "language", "least_level")
        initial = {name: getattr(skill, name) for name in plain} if skill else {}
        if skill:
            initial |= {"tags": skill.tags.all(), "inboxes": skill.inboxes.all()}
        super().__init__(data, initial=initial)
        levels = {row.agent_id: row.level for row in skill.knowledge.all()} if skill else {}
        self.knowers = [
            Knower(agent, self._chosen(agent.pk) if self.is_bound else levels.get(agent.pk, 0))
            for agent in agents_who_may(Permission.REPLY)
        ]

    @property
    def levels(self) -> list[tuple[int, str]]:
        return [(0, "–"), *((int(value), str(label)) for value, label in Level.choices)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        cleaned["levels"] = {knower.agent.pk: knower.level for knower in self.knowers if knower.level}
        return cleaned

    def _chosen(self, agent: int) -> int:
        said = self.data.get(f"level-{agent}", "")
        return int(said) if said in {str(value) for value in Level.values} else 0
