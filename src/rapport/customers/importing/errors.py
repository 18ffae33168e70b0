"""What can go wrong with a spreadsheet, and whose turn it is.

ImportingError
├── CannotRead       the file is no table, too large or broken: save it anew, as the text says
├── WrongColumns     the columns as chosen make no sense: choose others
└── NotNow           it runs, it is over, or it is too old to take back
"""


class ImportingError(Exception):
    """Its text is shown to the person who asked, so it is a whole, translated sentence."""


class CannotRead(ImportingError):
    pass


class WrongColumns(ImportingError):
    pass


class NotNow(ImportingError):
    pass
