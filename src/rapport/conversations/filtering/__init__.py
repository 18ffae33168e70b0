"""Which conversations are meant: a filter as saved views, rules, exports and the API keep and use it.

    wanted = Filter.parse({"version": 1, "match": "all", "conditions": [
        {"field": "status", "op": "is", "value": ["open"]},
        {"match": "any", "conditions": [
            {"field": "waiting", "op": "longer_than", "value": "4h"},
            {"field": "field.product", "op": "is", "value": ["Lamp"]}]}]})
    wanted.apply(queries.visible_to(ada), ada)   # a queryset; begin at what the agent may see
    wanted.matches(conversation, ada)            # whether one conversation is meant
    wanted.describe()                            # "Status is Open, and any of these: ..."

`parse` raises FilterError, whose `line` says which line is wrong: "2", or "2.1" inside a group. An agent of None is
nobody: a rule's "me" then means no one.
"""

from rapport.conversations.filtering.filters import Condition, Filter, FilterError, Group
from rapport.conversations.filtering.subjects import Subject, Vocabulary

__all__ = ["Condition", "Filter", "FilterError", "Group", "Subject", "Vocabulary"]
