"""Asking customers how it went: questions, invitations, answers and the satisfaction index."""
