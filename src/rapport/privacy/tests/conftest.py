"""Scripts and letters, as in the tests of the site."""

from rapport.site.tests.conftest import script, write_in

__all__ = ["script", "write_in"]
