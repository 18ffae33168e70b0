"""Why a table cannot be analysed, in one sentence that says what to do.

CannotAnalyse (a ValueError)
├── CannotRead: the file is no table
└── CannotWrite: the report has no place
"""


class CannotAnalyse(ValueError):
    """What was asked cannot be answered from this table."""


class CannotRead(CannotAnalyse):
    """The file is not a table that can be read."""


class CannotWrite(CannotAnalyse):
    """The report cannot be written where it was asked to be."""
