"""What cannot be learnt, said in one sentence.

CannotLearn (a ValueError)
├── NotYesNo: the target does not have two values
├── OneClass: every known answer is the same
└── NoColumns: nothing is left to learn from
"""


class CannotLearn(ValueError):
    """The table cannot give what was asked of it; the message says what is missing."""


class NotYesNo(CannotLearn):
    """The target has more than two values."""


class OneClass(CannotLearn):
    """All answers are the same, so there is nothing to tell apart."""


class NoColumns(CannotLearn):
    """The table has no column or no row."""
