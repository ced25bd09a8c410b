"""Files that were made to do harm: each is refused in a sentence, or taken harmlessly, in 5 seconds and 300 MB."""

import io
import json
import resource
import subprocess
import sys
import zipfile
from datetime import UTC, datetime

import pytest

from cyberready.exchange import formats as exchange
from cyberready.exchange.standing import Standing
from cyberready.kernel.refusals import Refused
from cyberready.platform.faults import FaultsFound
from cyberready.playbooks import formats
from tests.exchange.documents import (
    RELS,
    SPACES,
    TYPES,
    document,
    heading,
    packed,
    paragraph,
    run,
    table,
)

PROBE = """
import json, sys, time
from pathlib import Path
from cyberready.exchange import formats
from cyberready.kernel.refusals import Refused
from cyberready.platform.faults import FaultsFound
path = Path(sys.argv[1])
started, said = time.monotonic(), ""
try:
    found = formats.brought(sys.argv[2], path.open("rb").read(20 * 1024**2 + 1))
    formats.write(found.source, "md", None)
    said = "taken"
except FaultsFound as found:
    said = str(found.faults[0])
except Refused as refused:
    said = str(refused)
seconds = time.monotonic() - started
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(json.dumps({"said": said, "seconds": seconds, "memory": int(peak.split()[1]) // 1024}))
"""
BILLION = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + at)}: &{chr(98 + at)} [*{chr(97 + at)}, *{chr(97 + at)}]\n" for at in range(20)
)
DEEP = (
    "".join(f"<w:tbl><w:tr><w:tc>{''}" for _ in range(10_000))
    + paragraph("x")
    + "</w:tc></w:tr></w:tbl>" * 10_000
)


def bomb(size=512 * 1024**2):
    """A zip that unpacks to a thousand times its size, inside an ordinary document."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("[Content_Types].xml", TYPES)
        target.writestr("_rels/.rels", RELS)
        with target.open("word/document.xml", "w", force_zip64=True) as entry:
            piece = b" " * 1024**2
            for _ in range(size // len(piece)):
                entry.write(piece)
    return made.getvalue()


def lying():
    """A document whose directory says that it is small."""
    made = bytearray(document("<w:p>" + " " * 30_000_000 + "</w:p>"))
    for at in range(len(made)):
        if made[at : at + 4] == b"PK\x01\x02" and b"word/document.xml" in made[at + 46 : at + 70]:
            made[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    return bytes(made)


def encrypted():
    made = bytearray(document(paragraph("x")))
    at = made.index(b"PK\x01\x02")
    made[at + 8] |= 1
    return bytes(made)


def nested_lists(depth):
    return "".join(f"{'  ' * at}- punt {at}\n" for at in range(depth))


STANDING = Standing(datetime(2026, 11, 22, tzinfo=UTC))
FILES = {
    "zip bomb": ("bom.docx", bomb, "unpacks to more than"),
    "a directory that lies": ("leugen.docx", lying, "damaged|unpacks"),
    "entity": ("entiteit.docx", lambda: document("", {"word/document.xml": f'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document {SPACES}><w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>'}), "document type"),
    "billion laughs in Word": ("lachen.docx", lambda: document("", {"word/styles.xml": '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">' + "".join(f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(9)) + "]><d>&j;</d>"}), "document type|damaged"),
    "macros by name": ("macro.docm", lambda: document(paragraph("x")), "macros"),
    "macros inside": ("macro.docx", lambda: document(paragraph("x"), {"word/vbaProject.bin": b"x"}), "macros"),
    "macros by type": ("macro.docx", lambda: document(paragraph("x"), {"[Content_Types].xml": TYPES.replace("wordprocessingml.document.main", "ms-word.document.macroEnabled.main")}), "macros"),
    "path traversal": ("weg.zip", lambda: packed({"../../etc/cron.d/x.md": "# Kop"}), "leads out of it"),
    "path traversal in Word": ("weg.docx", lambda: document("", {"..\\..\\x": "y"}), "leads out of it"),
    "absolute path": ("weg.zip", lambda: packed({"/etc/x.md": "# Kop"}), "leads out of it"),
    "200 MB": ("groot.docx", lambda: b"PK" + b"\0" * 200_000_000, "larger than 20 MB"),
    "a picture called Word": ("foto.docx", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "no playbook that can be read"),
    "text called Word": ("tekst.docx", lambda: b"# Kop", "called .docx"),
    "Word called text": ("tekst.md", lambda: document(paragraph("x")), "called .md"),
    "a program": ("x.exe", lambda: b"MZ\0\0" + b"\0" * 99, "no playbook that can be read"),
    "PDF": ("x.pdf", lambda: b"%PDF-1.7", "only written"),
    "HTML": ("x.html", lambda: b"<!doctype html><script>alert(1)</script>", "only written"),
    "old Word or a password": ("oud.doc", lambda: bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 999, "before 2007"),
    "locked Word": ("slot.docx", lambda: bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 999, "before 2007"),
    "encrypted zip": ("slot.docx", encrypted, "password|damaged"),
    "cut off": ("half.docx", lambda: document(paragraph("x") * 500)[:-400], "cut off"),
    "no XML": ("stuk.docx", lambda: document("<w:p>"), "damaged"),
    "too many parts": ("veel.zip", lambda: packed({f"{at}.md": "x" for at in range(2001)}), "more than 2000 parts"),
    "YAML that grows": ("yaml.md", f"---\n{BILLION}---\n\n## Fase\n".encode, "Anchors"),
    "YAML that grows, with a name": ("yaml.md", b"---\nslug: x\nroles: &a {a: b}\nlanguage: nl\nx: *a\n---\n\n## Fase\n".strip, "Anchors"),
    "10,000 nested tables": ("diep.docx", lambda: document(DEEP), "damaged"),
    "10,000 nested lists": ("diep.md", lambda: nested_lists(1000).encode() + b"\n" + b"- " * 9000 + b"x\n", "taken"),
    "10,000 nested lists, far": ("diep.md", lambda: nested_lists(10_000).encode(), "larger than|longer than"),
    "10,000 quotes": ("diep.md", lambda: b"> " * 9000 + b"x\n", "taken"),
    "10,000 brackets": ("diep.md", lambda: (b"[" * 19_000 + b"x\n") * 100 + b"\n\n[x]: https://x.nl\n", "signs of Markdown"),
    "10,000 stars": ("diep.md", lambda: (b"*a " * 6000 + b"\n") * 100, "signs of Markdown"),
    "many signs, but not too many": ("veel.md", lambda: b"[" * 19_000 + b"\n\n" + b"_a" * 9_000 + b"\n" + b"[x](" * 4_000, "taken"),
    "10,000 levels in Word": ("diep.docx", lambda: document(heading("Fase") + "".join(paragraph("x", count=1 + at % 3, depth=at) for at in range(10_000))), "taken"),
    "10,000 lists in Word": ("diep.docx", lambda: document(heading("Fase") + "".join(paragraph("x", count=at) for at in range(1, 5000)) + "".join(paragraph("x", count=5000 - at) for at in range(5000))), "taken"),
    "a wide table": ("breed.docx", lambda: document(heading("Fase") + table(["Wie", "Actie"], [('<w:gridSpan w:val="999999999"/>', "x"), "y"])), "taken"),
    "one long line": ("lang.docx", lambda: document(heading("Fase") + paragraph("woord " * 4000)), "taken|longer than"),
    "JSON that is deep": ("diep.json", lambda: b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "deep|nested"),
    "many steps of the same words": ("gelijk.md", lambda: b"## Fase\n\n|Rol|Actie|\n|-|-|\n" + b"|ciso|doe iets|\n" * 15_000, "more than 20000 lines"),
    "one paragraph in many runs": ("stukjes.docx", lambda: document(heading("Fase") + "<w:p>" + "<w:r><w:t>x</w:t></w:r>" * 350_000 + "</w:p>"), "longer than"),
    "no text": ("leeg.md", lambda: b"", "taken"),
    "no UTF-8": ("tekst.md", lambda: "café".encode("latin-1"), "UTF-8"),
    "large XML": ("groot.docx", lambda: document(paragraph("x" * 1000) * 16_000), "larger than"),
    "many paragraphs": ("groot.docx", lambda: document(heading("Fase") + paragraph("x") * 100_000), "more than 20000 paragraphs"),
}  # fmt: skip


def limited():
    """Four gigabytes of addresses: a file that grows ends here instead of taking the machine along."""
    resource.setrlimit(resource.RLIMIT_AS, (4 * 1024**3, 4 * 1024**3))


@pytest.mark.parametrize("name", FILES)
def test_it_is_refused_in_a_sentence_within_five_seconds_and_300_mb(name, tmp_path):
    called, make, expected = FILES[name]
    path = tmp_path / "upload"
    path.write_bytes(make())
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(path), called],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=limited,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert any(part in found["said"] for part in expected.split("|")), found
    assert found["seconds"] < 5, found
    assert found["memory"] < 300, found


def test_relations_that_lead_outside_are_never_followed():
    body = heading("Fase") + "<w:p><w:r><w:drawing><a:blip r:embed='rel1'/></w:drawing></w:r></w:p>"
    found = exchange.brought(
        "x.docx", document(body, relations=[("image", "http://169.254.169.254/x.png", "External")])
    )
    assert found.pictures == ()


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "vbscript:x", "//x.example"]
)
def test_a_link_that_could_act_becomes_text(target):
    link = f'<w:p><w:hyperlink r:id="rel1">{run("Klik")}</w:hyperlink></w:p>'
    found = exchange.brought(
        "x.docx", document(heading("Fase") + link, relations=[("hyperlink", target, "External")])
    )
    assert "Klik" in found.source
    assert target not in found.source


@pytest.mark.parametrize(
    "nasty",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "<style>*{}</style>",
    ],
)
def test_html_in_markdown_stays_text_on_the_page(nasty, tmp_path):
    text = f"# Protocol {nasty}\n\n{nasty}\n\n## Fase {nasty}\n\n1. Doe {nasty}\n\n| Wie | Actie |\n|---|---|\n| {nasty} | x |\n"
    source = exchange.brought("x.md", text.encode()).source
    playbook, faults = formats.attempt(source)
    if not faults:
        page = exchange.write(playbook and source, "html", STANDING)[0].decode()
        assert "<script" not in page
        assert "<img" not in page
        assert 'href="javascript' not in page
        assert page.count("<style") == 1


def test_a_name_with_a_path_is_only_a_name():
    found = exchange.brought("..\\..\\etc/passwd\x00.md", b"## Fase\n")
    assert formats.parse(found.source).title == "passwd"


def test_what_is_damaged_anywhere_is_refused_or_taken():
    whole = document(heading("Fase") + paragraph("x", count=1) * 20)
    for at in range(0, len(whole), 37):
        damaged = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        try:
            exchange.brought("x.docx", damaged)
        except (Refused, FaultsFound):
            continue
