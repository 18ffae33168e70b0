"""Rapport's own web chat: what visitors write on the company's site comes in, what we answer is told to their page."""
