"""Pictures that somebody gives, made anew: only what can be seen is kept, as PNG or JPEG."""

import hashlib
import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from cyberready.kernel.refusals import Refused
from cyberready.platform import sizes

MOST_BYTES = 10 * sizes.MEGABYTE
# Within 300 MB of memory: a JPEG is decoded at a fraction of its size, the others are not.
MOST_PIXELS = {"JPEG": 50_000_000, "PNG": 16_000_000, "WEBP": 16_000_000, "GIF": 16_000_000}
LONGEST_SIDE = 2000
QUALITY = 88
READ = tuple(MOST_PIXELS)
# The pixels are counted here before anything is decoded; a warning beside that only reaches who cannot act on it.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
BROKEN = (OSError, ValueError, SyntaxError, EOFError, OverflowError, MemoryError)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture fit to be shown: ``media_type`` is image/png or image/jpeg, sides are in pixels."""

    data: bytes
    media_type: str
    width: int
    height: int

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes, in hex."""
        return hashlib.sha256(self.data).hexdigest()


def remade(data: bytes) -> Picture:
    """Decode a picture and write it anew, upright, at most 2000 pixels a side, without anything hidden in it.

    PNG, JPEG, WebP and GIF are read, of a moving one the first frame. Raises Refused for anything else, for more than
    10 MB, more than 50 million pixels (16 million when it is no JPEG), or a broken file.
    """
    if len(data) > MOST_BYTES:
        raise Refused(
            "This image is larger than %(limit)s MB. Make it smaller.", limit=sizes.megabytes(MOST_BYTES)
        )
    if _is_drawing(data):
        raise Refused("An SVG drawing can hold a program and is not taken. Save it as PNG and give that.")
    try:
        with Image.open(io.BytesIO(data), formats=READ) as opened:
            most = MOST_PIXELS[opened.format or "PNG"]
            if opened.width * opened.height > most:
                raise _too_many_pixels(most)
            return _written(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels(max(MOST_PIXELS.values())) from None
    except UnidentifiedImageError:
        raise Refused("This is no image that can be read. Give a PNG, JPEG or WebP file.") from None
    except BROKEN:
        raise Refused("This image is damaged and cannot be read. Save it again and give that.") from None


def _too_many_pixels(most: int) -> Refused:
    return Refused("This image has more than %(limit)s million pixels. Make it smaller.", limit=most // 10**6)


def _is_drawing(data: bytes) -> bool:
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<svg", b"<?xml", b"<!doctype svg")) or b"<svg" in start


def _written(opened: Image.Image) -> Picture:
    opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG decodes at a fraction of its size
    photo = opened.format == "JPEG"
    seen = _plain(opened)
    seen.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(seen)
    kept = upright.convert("RGB") if photo else upright
    # A picture of its own: what the first one carried beside its pixels stays behind.
    bare = Image.frombytes(kept.mode, kept.size, kept.tobytes())
    sink = io.BytesIO()
    if photo:
        bare.save(sink, "JPEG", quality=QUALITY)
    else:
        bare.save(sink, "PNG", optimize=False)
    return Picture(sink.getvalue(), "image/jpeg" if photo else "image/png", *bare.size)


def _plain(opened: Image.Image) -> Image.Image:
    """Pixels as RGB, RGBA or grey, of the first frame."""
    opened.seek(0)
    if opened.mode in {"RGB", "RGBA", "L"} and "transparency" not in opened.info:
        return opened
    if opened.mode.startswith("I") or opened.mode == "F":  # sixteen bits: the upper eight are seen
        return opened.convert("I").point(lambda value: value / 256).convert("L")
    clear = "transparency" in opened.info or opened.mode in {"LA", "PA", "RGBa", "La"}
    return opened.convert("RGBA" if clear or opened.mode == "P" else "RGB")
