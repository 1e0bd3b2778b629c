"""Every sentence that stands in the code, looked for once in a test process (two seconds)."""

from functools import cache

from babel.messages import Catalog

from portal.i18n import extraction


@cache
def sentences() -> Catalog:
    """The sentences with the places where they stand."""
    return extraction.extract()
