"""What can go wrong with an export, and whose turn it is.

ExportError
├── Unknown     there is no such kind or format: choose another
└── NotNow      another one is being written, or its file is gone
"""


class ExportError(Exception):
    """Its text is shown to the person who asked, so it is a whole, translated sentence."""


class Unknown(ExportError):
    pass


class NotNow(ExportError):
    pass
