"""The CACAO file that a playbook came from, kept in its front matter as comments: no viewer and no parser minds them."""

import base64
import binascii
import hashlib
import re
import zlib

from cyberready.exchange.cacao.documents import MOST_BYTES

HEADING = (
    "# CACAO 2.0: the file this came from, packed, so that nothing of it is lost. Leave these lines alone."
)
LINE = re.compile(r"^#= ([A-Za-z0-9+/=]+)$", re.MULTILINE)
KEPT = re.compile(rf"^(?:{re.escape(HEADING)}|#= [A-Za-z0-9+/=]+)\n", re.MULTILINE)
FRONT = re.compile(r"---[ \t]*\n.*?^---[ \t]*$", re.DOTALL | re.MULTILINE)
WIDTH = 100


class Damaged(ValueError):  # noqa: N818 -- says what is the matter with the lines
    """The lines that keep a file were changed."""


def keep(source: str, data: bytes) -> str:
    """*source* with *data* kept in its front matter, instead of what was kept there."""
    text = forget(source)
    front = FRONT.search(text)
    if front is None:
        return text
    packed = base64.b64encode(hashlib.sha256(data).digest() + zlib.compress(data, 9)).decode()
    lines = [HEADING, *(f"#= {packed[at : at + WIDTH]}" for at in range(0, len(packed), WIDTH))]
    place = text.rindex("\n", 0, front.end()) + 1
    return text[:place] + "\n".join(lines) + "\n" + text[place:]


def kept(source: str) -> bytes | None:
    """What is kept in *source*; None when nothing is, Damaged when its lines were changed."""
    front = FRONT.search(source)
    lines = LINE.findall(front[0]) if front else []
    if not lines:
        return None
    try:
        packed = base64.b64decode("".join(lines), validate=True)
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(packed[32:], MOST_BYTES + 1)
    except (binascii.Error, ValueError, zlib.error):
        raise Damaged from None
    if hashlib.sha256(data).digest() != packed[:32]:
        raise Damaged
    return data


def forget(source: str) -> str:
    """*source* without what is kept in it."""
    front = FRONT.search(source)
    if front is None:
        return source
    return source[: front.start()] + KEPT.sub("", front[0]) + source[front.end() :]
