"""Pictures are made anew: what is shown stays, what is hidden goes, what would hurt is refused in a sentence."""

import io
import struct
import subprocess
import sys
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from cyberready.kernel.refusals import Refused
from cyberready.platform import images
from cyberready.platform.images import LONGEST_SIDE, remade


def written(kind, size=(40, 20), colour=(200, 30, 30), mode="RGB", **options):
    sink = io.BytesIO()
    Image.new(mode, size, colour).save(sink, kind, **options)
    return sink.getvalue()


def opened(picture):
    return Image.open(io.BytesIO(picture.data))


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/png"), ("GIF", "image/png")],
)
def test_a_picture_comes_back_as_png_or_jpeg(kind, media_type):
    made = remade(written(kind))
    assert (made.media_type, made.width, made.height) == (media_type, 40, 20)
    seen = opened(made)
    assert seen.format == media_type.rpartition("/")[2].upper()
    near = zip(seen.convert("RGB").getpixel((5, 5)), (200, 30, 30), strict=True)
    assert all(abs(one - other) < 12 for one, other in near)


def test_the_same_picture_has_the_same_digest():
    assert remade(written("PNG")).digest == remade(written("PNG")).digest
    assert remade(written("PNG")).digest != remade(written("PNG", colour=(0, 0, 0))).digest


def test_where_a_photo_was_taken_is_left_behind():
    exif = Image.Exif()
    exif[0x010F] = "Camera of Kim"
    exif.get_ifd(0x8825)[1] = "N"
    data = written("JPEG", exif=exif, comment=b"secret comment")
    assert b"Camera of Kim" in data
    made = remade(data)
    assert not opened(made).getexif()
    assert b"Kim" not in made.data
    assert b"secret comment" not in made.data


def test_the_words_hidden_in_a_png_are_left_behind():
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "Kim de Boer")
    data = written("PNG", pnginfo=words)
    assert b"Kim de Boer" in data
    assert b"Kim de Boer" not in remade(data).data


def test_what_hangs_behind_a_picture_is_left_behind():
    assert b"PK\x03\x04" not in remade(written("PNG") + b"PK\x03\x04 a whole zip").data


def test_a_photo_on_its_side_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    made = remade(written("JPEG", size=(40, 20), exif=exif))
    assert (made.width, made.height) == (20, 40)


def test_of_a_moving_picture_the_first_frame_stays():
    sink = io.BytesIO()
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    frames[0].save(sink, "WEBP", save_all=True, append_images=frames[1:], duration=100, lossless=True)
    made = remade(sink.getvalue())
    seen = opened(made)
    assert getattr(seen, "n_frames", 1) == 1
    assert seen.convert("RGB").getpixel((3, 3)) == (255, 0, 0)


def test_what_is_clear_stays_clear():
    made = remade(written("PNG", mode="RGBA", colour=(0, 0, 0, 0)))
    assert opened(made).convert("RGBA").getpixel((1, 1))[3] == 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_read(mode):
    sink = io.BytesIO()
    Image.new(mode, (10, 10)).save(sink, "PNG")
    assert remade(sink.getvalue()).width == 10


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_kind_of_jpeg_is_read(mode):
    sink = io.BytesIO()
    Image.new(mode, (10, 10)).save(sink, "JPEG")
    assert opened(remade(sink.getvalue())).mode == "RGB"


def test_a_large_picture_is_made_smaller_in_proportion():
    made = remade(written("PNG", size=(5000, 1000)))
    assert (made.width, made.height) == (LONGEST_SIDE, 400)


def chunk(kind, data):
    return (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data) & 0xFFFFFFFF)
    )


def bomb(width, height):
    """A few bytes that say they are an enormous picture."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(10_000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [4_100, 6_400, 10_000, 60_000, 2**31 - 1])
def test_a_bomb_is_refused_before_it_is_unpacked(side):
    with pytest.raises(Refused, match=r"more than \d\d million pixels"):
        remade(bomb(side, side))


def test_words_that_would_fill_the_memory_are_refused():
    data = written("PNG")
    text = chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(200_000_000), 9))
    with pytest.raises(Refused, match="damaged"):
        remade(data[:33] + text + data[33:])


@pytest.mark.parametrize(
    "drawing",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\xef\xbb\xbf<?xml version='1.0'?><!DOCTYPE svg><svg/>",
        b"<!-- x --><svg></svg>",
    ],
)
def test_a_drawing_that_may_hold_a_program_is_refused(drawing):
    with pytest.raises(Refused, match="SVG"):
        remade(drawing)


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"%PDF-1.7", b"MZ", b"<html>", b"BM" + bytes(60), b"II*\x00" + bytes(60)]
)
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(Refused, match=r"no image|damaged"):
        remade(data)


def test_half_a_picture_is_refused():
    data = written("JPEG", size=(400, 400))
    with pytest.raises(Refused, match="damaged"):
        remade(data[: len(data) // 2])


def test_too_many_bytes_are_refused(monkeypatch):
    monkeypatch.setattr(images, "MOST_BYTES", 2**20)
    with pytest.raises(Refused, match="larger than 1 MB"):
        remade(written("PNG") + bytes(2**20))


PICTURES = [written(kind, size=(64, 64)) for kind in ("PNG", "JPEG", "WEBP", "GIF")]


@given(st.sampled_from(PICTURES), st.integers(0, 4000), st.binary(min_size=1, max_size=8))
def test_a_scratched_picture_is_a_picture_or_a_sentence(data, place, scratch):
    at = place % len(data)
    try:
        made = remade(data[:at] + scratch + data[at + len(scratch) :])
    except Refused:
        return
    assert made.media_type in {"image/png", "image/jpeg"}


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("WEBP", "RGB"), ("GIF", "P"), ("JPEG", "RGB")])
def test_the_largest_pictures_fit_in_300_mb_and_5_seconds(tmp_path, kind, mode):
    side = int(images.MOST_PIXELS[kind] ** 0.5)
    options = {"method": 0} if kind == "WEBP" else {}
    Image.new(mode, (side, side)).save(tmp_path / "large", kind, **options)
    program = (
        "import re, sys\nfrom pathlib import Path\nfrom cyberready.platform.images import remade\n"
        "made = remade(Path(sys.argv[1]).read_bytes())\n"
        "peak = re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]\n"
        "print(made.width, int(peak) // 1024)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "large")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    width, megabytes = map(int, done.stdout.split())
    assert width == LONGEST_SIDE
    assert megabytes < 300
