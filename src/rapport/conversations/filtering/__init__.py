"""Which conversations are meant: see `backbone.filtering`.

wanted = Filter.parse({"version": 1, "match": "all", "conditions": [
    {"field": "status", "op": "is", "value": ["open"]}]})
wanted.apply(queries.visible_to(ada), ada)   # a queryset; begin at what the agent may see
wanted.matches(conversation, ada)            # whether one conversation is meant
"""

from rapport.backbone.filtering import Condition, FilterError, Group, Subject
from rapport.conversations.filtering.filters import Filter
from rapport.conversations.filtering.subjects import Vocabulary

__all__ = ["Condition", "Filter", "FilterError", "Group", "Subject", "Vocabulary"]
