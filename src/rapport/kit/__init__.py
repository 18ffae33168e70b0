"""Small things every room needs and Django does not give: the clock, ids, text, safe HTTP, encryption.

No models, no Django settings of its own, and no knowledge of any other room.
"""
