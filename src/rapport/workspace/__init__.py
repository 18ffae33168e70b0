"""Screens that combine rooms: the inbox, the customer page, search, settings and the first run."""
