"""A results folder belongs to one process while it writes there: two runs in one folder would judge for each other.

The lock is the operating system's (`flock`), not the file: it ends with its process, however that ends.
"""

import atexit
import contextlib
import os
import socket
import sys
import time
from pathlib import Path

from widget_conformance.reports.results import NoPlaceForResults

try:
    import fcntl
except ImportError:  # Windows, where nothing is locked
    fcntl = None  # type: ignore[assignment]

LOCK = ".in-use"
"""Name of the file that is locked; in it who holds it, for the message alone."""
_PATIENCE = 10
"""Tries, 20 ms apart: who only looks whether a folder is in use holds it for a moment too."""
_held: dict[Path, int] = {}
"""Folders that this process has taken, with the descriptors of their locks."""


class FolderInUse(NoPlaceForResults):
    """Another process writes its results there."""

    def __init__(self, folder: Path, who: str) -> None:
        super().__init__(
            f"{folder} is in use by {who}, which has not ended; wait for it, or name another folder with --results"
        )


def take(folder: Path) -> None:
    """Take a folder that exists for the rest of this process's life; raises `FolderInUse`. Taking it again is nothing."""
    place = folder.resolve()
    if fcntl is None or place in _held:
        return
    for _ in range(_PATIENCE):
        descriptor = os.open(place / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_still(descriptor, place / LOCK):
                break
            os.close(descriptor)  # whoever had it has just removed the file
        except BlockingIOError:
            who = _named_in(descriptor)
            os.close(descriptor)
            time.sleep(0.02)
        except OSError as error:
            os.close(descriptor)
            print(
                f"widget-conformance: {folder} is on a file system without locks ({error.strerror}): "
                "see to it that no other run uses it",
                file=sys.stderr,
            )
            return
    else:
        raise FolderInUse(folder, who)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()} {socket.gethostname()}".encode(), 0)
    _held[place] = descriptor


def holder(folder: Path) -> str | None:
    """Which other process uses a folder, in words; None when none does."""
    if fcntl is None or folder.resolve() in _held:
        return None
    try:
        descriptor = os.open(folder / LOCK, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _named_in(descriptor)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return None


def _is_still(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def _named_in(descriptor: int) -> str:
    number, _, host = os.pread(descriptor, 300, 0).decode("utf-8", "replace").partition(" ")
    if not number.isdecimal():
        return "another process"
    return f"process {number}" if host == socket.gethostname() else f"process {number} on {host}"


@atexit.register
def _release() -> None:
    owner = os.getpid()
    for place, descriptor in _held.items():
        with contextlib.suppress(OSError):
            if os.pread(descriptor, 20, 0).split()[:1] == [str(owner).encode()]:  # not in a fork of it
                (place / LOCK).unlink()
                os.close(descriptor)
    _held.clear()
