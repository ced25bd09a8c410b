"""Data and a template of ours to PDF, by typst: PDF/UA-1 and PDF/A-2a, with our own fonts and nothing from the machine."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

from cyberready.exchange.pdf.lettering import FONTS
from cyberready.settings import content_root


def typeset(
    template: str, data: Mapping[str, Any], *, made_at: datetime, files: Mapping[str, bytes] | None = None
) -> bytes:
    """Set *data* by ``templates/typst/<template>.typ``; every text in it is set as text and never read as markup.

    *made_at* (aware) is the moment that the file says it was made, so that the same data gives the same bytes. *files*
    are the pictures that the data names, by their names.
    """
    house = content_root() / "templates" / "typst"
    if not files:
        return _compiled(house, template, data, made_at)
    with TemporaryDirectory() as folder:
        root = Path(folder)
        for path in house.glob("*.typ"):
            (root / path.name).write_bytes(path.read_bytes())
        for name, content in files.items():
            (root / name).write_bytes(content)
        return _compiled(root, template, data, made_at)


def _compiled(root: Path, template: str, data: Mapping[str, Any], made_at: datetime) -> bytes:
    made = typst.compile(
        root / f"{template}.typ",
        root=root,
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1", "a-2a"],
        timestamp=int(made_at.timestamp()),
    )
    if not isinstance(made, bytes):
        raise TypeError("typst gives one PDF as bytes")
    return made


@lru_cache
def _fonts() -> typst.Fonts:
    """Our fonts, read once: that is an eighth of the time that a paper of one sheet takes."""
    return typst.Fonts(include_system_fonts=False, font_paths=[FONTS])
