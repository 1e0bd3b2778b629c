"""A page as a tree."""

from functools import lru_cache

from bs4 import BeautifulSoup


@lru_cache(maxsize=16)
def tree_of(page: str) -> BeautifulSoup:
    """The tree of a page; nobody cuts in it, for whoever asks for the same page gets the same."""
    return BeautifulSoup(page, "html.parser")
