"""What every room's part of the HTTP API shares: problem documents, pages of a list and the shapes of plain values.

Knows no room: it is told which rows to page and what went wrong.
"""
