"""The people who work here: agents, teams, roles, sign-in and API tokens.

Owns who someone is and what a role may do; which conversations that lets them see is said in `conversations`.
"""
