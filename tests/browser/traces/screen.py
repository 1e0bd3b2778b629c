"""A screen that nobody looks at: a browser with a head behaves otherwise than one without."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.parts import find_program, lacking


@contextmanager
def a_screen() -> Iterator[str]:
    """A display of one's own, by the number that was free."""
    program = find_program("Xvfb") or lacking("Xvfb (Debian: xvfb)")
    reading, writing = os.pipe()
    command = [program, "-displayfd", str(writing), "-screen", "0", "1000x800x24"]
    server = subprocess.Popen(
        [*command, "-nolisten", "tcp"], pass_fds=[writing], stderr=subprocess.DEVNULL
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def environment(display: str, home: str) -> dict[str, str]:
    """For a browser on it that has this directory and nothing else."""
    return {
        "DISPLAY": display,
        "HOME": home,
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "LANGUAGE": "en",
        # There is no desktop to talk to.
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
        "MOZ_CRASHREPORTER_DISABLE": "1",
    }
