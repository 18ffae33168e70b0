"""Numerical models that a data person can import in a notebook: no Django, no database, no settings."""
