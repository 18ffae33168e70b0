"""What of the customers belongs to somebody who leaves."""

from django.utils.translation import ngettext

from rapport.customers.models import Company, Customer, Task
from rapport.team.leaving import Belonging, add
from rapport.team.models import Agent


def _customers(agent: Agent) -> int:
    return Customer.objects.filter(owner=agent, merged_into=None).count()


def _companies(agent: Agent) -> int:
    return Company.objects.filter(owner=agent, merged_into=None).count()


def _tasks(agent: Agent) -> int:
    return Task.objects.filter(assignee=agent, done_at=None).count()


def _tasks_in_words(count: int) -> str:
    return ngettext("%(count)d open task", "%(count)d open tasks", count) % {"count": count}


def _customers_in_words(count: int) -> str:
    return ngettext(
        "%(count)d customer whom they look after, and who keeps them as owner until somebody chooses another",
        "%(count)d customers whom they look after, and who keep them as owner until somebody chooses another",
        count,
    ) % {"count": count}


def _companies_in_words(count: int) -> str:
    return ngettext(
        "%(count)d company that they look after, and that keeps them as owner until somebody chooses another",
        "%(count)d companies that they look after, and that keep them as owner until somebody chooses another",
        count,
    ) % {"count": count}


add(Belonging("customers", _customers, _customers_in_words))
add(Belonging("companies", _companies, _companies_in_words))
add(Belonging("tasks", _tasks, _tasks_in_words, is_handed_over=True))
