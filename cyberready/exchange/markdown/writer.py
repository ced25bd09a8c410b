"""A playbook file as it leaves: the text itself, or a zip of the text with the pictures it names."""

import re
import zipfile
from collections.abc import Mapping
from io import BytesIO

from cyberready.exchange.report import Report
from cyberready.playbooks import formats

NAMED = re.compile(r"(!\[[^\[\]]*\]\()image:([0-9a-f]{64})\)")
FOLDER = "images"
MIDNIGHT_1980 = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say
ENDINGS = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"), (b"GIF8", "gif"), (b"RIFF", "webp"))


def to_markdown(source: str, report: Report) -> bytes:
    """The text; bringing it in again gives the same bytes."""
    for digest in dict.fromkeys(found[2] for found in NAMED.finditer(source)):
        sentence = "A single Markdown file holds no pictures; %(name)s is only named. Choose .zip to take them along."
        report.lost("the whole document", sentence, name=digest[:12])
    return formats.canonical(source).encode()


def to_zip(source: str, slug: str, pictures: Mapping[str, bytes], report: Report) -> bytes:
    """The text and its pictures, which it names by their path, so that any viewer shows them."""
    text = formats.canonical(source)
    named = dict.fromkeys(found[2] for found in NAMED.finditer(text))
    paths: dict[str, str] = {}
    for digest in named:
        if data := pictures.get(digest):
            paths[digest] = f"{FOLDER}/{digest[:16]}.{_ending(data)}"
        else:
            report.lost("the whole document", "The picture %(name)s is not at hand.", name=digest[:12])
    shown = NAMED.sub(lambda found: f"{found[1]}{paths.get(found[2], f'image:{found[2]}')})", text)
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        entries = {f"{slug}.md": shown.encode(), **{path: pictures[digest] for digest, path in paths.items()}}
        for name, data in entries.items():
            kept = zipfile.ZipInfo(name, MIDNIGHT_1980)
            kept.compress_type = zipfile.ZIP_DEFLATED
            kept.external_attr = 0o644 << 16
            target.writestr(kept, data)
    return packed.getvalue()


def _ending(data: bytes) -> str:
    return next((ending for magic, ending in ENDINGS if data.startswith(magic)), "png")
