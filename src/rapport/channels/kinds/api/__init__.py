"""Anything else: a system of the company's own pushes JSON here, signed, and is pushed what we answer, signed too."""
