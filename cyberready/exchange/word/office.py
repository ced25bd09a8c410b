"""OpenDocument text (.odt), by a converter that may be on the machine: LibreOffice, confined and for a limited time."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from cyberready.exchange.word.opendocument import cleaned
from cyberready.kernel.refusals import Refused

LONGEST = 30  # seconds, for the conversion and for waiting until another one is done
NAMES = ("soffice", "libreoffice")
FILTERS = {"docx": "docx:MS Word 2007 XML", "odt": "odt:writer8"}
MISSING = "There is no converter for .odt on this machine. Save the document as .docx and use that."
UNREADABLE = "The converter could not read this document. Save it as .docx and use that."
TOO_LONG = "The converter took more than %(limit)s seconds over this document. Save it as .docx and use that."
BUSY = "The converter is at work on another document. Try again in a minute, or save the document as .docx."
# Sets limits on itself and becomes the converter: time of the processor, memory, size of a file, and no network where
# the system lets it go without.
CONFINED = """
import ctypes, os, resource, sys
for what, most in (("CPU", 30), ("AS", 2 << 30), ("FSIZE", 100 << 20), ("CORE", 0)):
    resource.setrlimit(getattr(resource, "RLIMIT_" + what), (most, most))
try:
    ctypes.CDLL(None).unshare(0x10000000 | 0x40000000)
except (OSError, AttributeError):
    pass
os.execv(sys.argv[1], sys.argv[1:])
"""
_one_at_a_time = threading.Lock()


def converter() -> str | None:
    """The path of the converter; None when there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@lru_cache(maxsize=1)  # its reader sees what becomes of it, and then takes it
def to_docx(data: bytes, longest: int = LONGEST) -> bytes:
    """An .odt file as .docx, in *longest* seconds; raises Refused when it cannot be converted here or is not safe to."""
    if converter() is None:
        raise Refused(MISSING)
    return _converted(cleaned(data), "odt", "docx", longest)


def to_odt(data: bytes) -> bytes:
    """A .docx file of our own as .odt; raises Refused when it cannot be converted here."""
    return _converted(data, "docx", "odt", LONGEST)


def _converted(data: bytes, source: str, target: str, longest: int) -> bytes:
    program = converter()
    if program is None:
        raise Refused(MISSING)
    if not _one_at_a_time.acquire(timeout=LONGEST):
        raise Refused(BUSY)
    try:
        with tempfile.TemporaryDirectory(prefix="cyberready-") as folder:
            given = Path(folder, f"document.{source}")
            given.write_bytes(data)
            _run(program, folder, FILTERS[target], given, longest)
            try:
                return Path(folder, "out", f"document.{target}").read_bytes()
            except OSError:
                raise Refused(UNREADABLE) from None
    finally:
        _one_at_a_time.release()


def _run(program: str, folder: str, form: str, given: Path, longest: int) -> None:
    """Convert a file in a folder and profile of its own; raises Refused when that fails or takes too long."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    orders = ("--headless", "--norestore", "--convert-to", form, "--outdir", f"{folder}/out", str(given))
    # None of our own settings, where the key and the address of the database stand.
    around = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    running = subprocess.Popen(  # noqa: S603 -- the program is found by its name, the rest is ours
        [sys.executable, "-I", "-c", CONFINED, program, profile, *orders],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={**around, "HOME": folder, "TMPDIR": folder},
        start_new_session=True,
    )
    try:
        done = running.wait(timeout=longest)
    except subprocess.TimeoutExpired:
        raise Refused(TOO_LONG, limit=longest) from None
    finally:
        with suppress(ProcessLookupError):  # it starts processes of its own, which must end with it
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    if done:
        raise Refused(UNREADABLE)
