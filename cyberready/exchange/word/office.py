"""OpenDocument text (.odt), by a converter that may be on the machine: LibreOffice."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from cyberready.exchange.limits import Package
from cyberready.kernel.refusals import Refused

LONGEST = 120  # seconds
NAMES = ("soffice", "libreoffice")
FILTERS = {"docx": "docx:MS Word 2007 XML", "odt": "odt:writer8"}


def converter() -> str | None:
    """The path of the converter; None when there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def to_docx(data: bytes) -> bytes:
    """An .odt file as .docx; raises Refused when it cannot be converted here."""
    package = Package(data)
    if any(name.startswith("Basic/") for name in package):
        raise Refused("The document holds macros. Save it without macros and try again.")
    return _converted(data, "odt", "docx")


def to_odt(data: bytes) -> bytes:
    """A .docx file of our own as .odt; raises Refused when it cannot be converted here."""
    return _converted(data, "docx", "odt")


def _converted(data: bytes, source: str, target: str) -> bytes:
    program = converter()
    if program is None:
        raise Refused(
            "There is no converter for .odt on this machine. Save the document as .docx and use that."
        )
    with tempfile.TemporaryDirectory(prefix="cyberready-") as folder:
        given = Path(folder, f"document.{source}")
        given.write_bytes(data)
        command = [
            program,
            f"-env:UserInstallation=file://{folder}/profile",
            *(
                "--headless",
                "--norestore",
                "--convert-to",
                FILTERS[target],
                "--outdir",
                f"{folder}/out",
                str(given),
            ),
        ]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=LONGEST, cwd=folder)  # noqa: S603 -- the program is found by its name, the rest is ours
            return Path(folder, "out", f"document.{target}").read_bytes()
        except (subprocess.SubprocessError, OSError):
            raise Refused(
                "The converter could not read this document. Save it as .docx and use that."
            ) from None
