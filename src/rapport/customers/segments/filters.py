"""A filter of customers, applied."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from rapport.backbone import filtering
from rapport.customers.models import Customer
from rapport.customers.segments.vocabulary import Vocabulary
from rapport.team.models import Agent


@dataclass(frozen=True)
class CustomerFilter(filtering.Filter):
    """Which customers are meant. Without a line: every one."""

    @classmethod
    def parse(cls, said: Any, vocabulary: Vocabulary | None = None) -> "CustomerFilter":
        """As `read`. Raises FilterError."""
        return cls.read(said, vocabulary or Vocabulary())

    def apply(self, customers: QuerySet[Customer], agent: Agent | None = None) -> QuerySet[Customer]:
        """Those of them that are meant. It only ever narrows: start at what the agent may see."""
        return customers.filter(self.q(agent)) if self.conditions else customers
