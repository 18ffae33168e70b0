"""A believable company to try Rapport with: Lampwright, a shop for connected lamps, its customers and their mails.

The story is told first, from a seed and a moment, without a database (`telling`); then it is written down as if it
had happened (`filling`). The same seed and moment give the same company.
"""
