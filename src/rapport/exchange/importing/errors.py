"""What can go wrong when a table is imported, and whose turn it is.

TableError
├── Unreadable       the file is no table of a known kind: save it anew, or say what is in it
├── WrongColumns     the columns as chosen make no sense: choose others
└── NotNow           it runs, it is over, or it is too old to take back
"""


class TableError(Exception):
    """Its text is shown to the person who asked, so it is a whole, translated sentence."""


class Unreadable(TableError):
    pass


class WrongColumns(TableError):
    pass


class NotNow(TableError):
    pass
