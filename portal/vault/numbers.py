"""Random digits, for what people write down and type on any keyboard."""

from secrets import randbelow


def random_digits(count: int) -> str:
    """That many random digits, leading zeros kept. ValueError below one."""
    if count < 1:
        raise ValueError("at least one digit")
    return f"{randbelow(10**count):0{count}d}"
