"""What is needed together: nobody comes with one question, and few services answer two."""

from portal.domain.needs import Category

# As `USUAL` sends them: to three or more services under the roof, to others outside it. Of the
# second the last three are what the plan is for that somebody who tries the demo reads.
STORIES = (
    (Category.HOME, Category.MONEY, Category.CHILD, Category.FEEL, Category.HEALTH),
    (
        Category.POLICE,
        Category.LAW,
        Category.HEALTH,
        Category.FEEL,
        Category.MONEY,
        Category.FAMILY,
    ),
    (Category.PARENT, Category.LAW, Category.MONEY, Category.FEEL),
    (Category.PAPERS, Category.WORK, Category.HEALTH, Category.FEEL),
    (Category.HEALTH, Category.FEEL, Category.MONEY, Category.CHILD),
    (Category.PHONE, Category.POLICE, Category.HOME, Category.FEEL),
    (Category.ALCOHOL, Category.HOME, Category.PARENT, Category.HEALTH),
)
_WITH_ONE_QUESTION = 7
"""Every so many survivors there is one who has fewer questions."""


def needs_of(number: int) -> tuple[Category, ...]:
    """What one survivor needs above all, the first first."""
    return STORIES[number % len(STORIES)]


def open_talks(number: int, under_way: int) -> int:
    """How many more services said yes to her and gave no date yet: with the others, 3 to 5."""
    if number % _WITH_ONE_QUESTION == _WITH_ONE_QUESTION - 1:
        return 0
    return max(0, 3 + number % 3 - under_way)
