"""The server that answers browsers: granian, in as many processes as the settings say."""

from importlib import import_module

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from portal.settings import Settings

APPLICATION = "portal.app:create_app"
_STOPS_WITHIN_SECONDS = 10
_LEVELS = {
    "debug": LogLevels.debug,
    "info": LogLevels.info,
    "warning": LogLevels.warning,
    "error": LogLevels.error,
}


def threads(settings: Settings) -> int:
    """How many requests a process works on at once.

    Whoever waits for a slow pass holds a thread; pages find another one free, also when all passes
    of the house run in one process.
    """
    return settings.slow_pass_slots + 1


def serve(settings: Settings) -> None:
    """Answer until stopped. Each process reads the settings from the environment itself.

    No access log: an address with a time is a trace of who was here.
    """
    # Read once and then forked: the processes share it and are up sooner. Nothing is opened yet.
    import_module(APPLICATION.partition(":")[0])
    Granian(
        APPLICATION,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=settings.workers,
        blocking_threads=threads(settings),
        websockets=False,
        log_access=False,
        log_level=_LEVELS[settings.log_level],
        respawn_failed_workers=True,
        # A process that is asked to stop while it starts does not hear it (granian 2.8).
        workers_kill_timeout=_STOPS_WITHIN_SECONDS,
    ).serve()
