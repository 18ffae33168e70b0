"""Which rows are meant: a filter as saved views, segments, rules, exports and the API keep and use it.

    wanted = Filter.read({"version": 1, "match": "all", "conditions": [
        {"field": "status", "op": "is", "value": ["open"]},
        {"match": "any", "conditions": [
            {"field": "waiting", "op": "longer_than", "value": "4h"},
            {"field": "field.product", "op": "is", "value": ["Lamp"]}]}]}, vocabulary)
    rows.filter(wanted.q(ada))
    wanted.describe()                            # "Status is Open, and any of these: ..."

A noun brings a `Vocabulary`: what can be asked of it, and what each line means to the database. `read` raises
FilterError, whose `line` says which line is wrong: "2", or "2.1" inside a group. An agent of None is nobody: a rule's
"me" then means no one.
"""

from rapport.backbone.filtering.filters import Condition, Filter, FilterError, Group
from rapport.backbone.filtering.subjects import Subject, Vocabulary

__all__ = ["Condition", "Filter", "FilterError", "Group", "Subject", "Vocabulary"]
