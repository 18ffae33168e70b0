"""Rapport: self-hosted customer service for start-ups.

Rooms look only downstairs; `docs/explanation/architecture.md` draws the house.
Importing this package sets nothing up, so that `rapport.science` works in a notebook.
"""

__version__ = "0.1.0"
