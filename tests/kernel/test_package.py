import ast
import hashlib
import os
import random
import runpy
import shutil
import subprocess
import sys
import zipfile
from contextlib import redirect_stdout
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberready.kernel import verify
from cyberready.kernel.package import seal
from cyberready.kernel.verify import Fault, check, pack, unpack
from tests.kernel.packing import AGAIN, KEY, SCRIPT, judged, make_entry, make_files, make_package, unpacked


def test_a_good_package_holds_as_zip_and_as_folder(tmp_path):
    files = make_package()
    for finding in (judged(tmp_path, pack(files)), check(str(unpacked(tmp_path / "map", files)))):
        assert finding == (
            True,
            (
                "Alles klopt: de bestanden (6) en de verloopregels (3) zijn ongewijzigd en ondertekend door "
                "voorbeeldstad. Bij 1 van deze regels is de inhoud gewist of niet meegegeven; de plaats in het verloop "
                "is wel bewezen."
            ),
            KEY.fingerprint,
            3,
        )
    english = judged(tmp_path, pack(make_package(entries=[make_entry(0)])), "en")
    assert (
        english.sentence
        == "All holds: the files (6) and the trail entries (1) are unchanged and signed by voorbeeldstad."
    )
    assert judged(tmp_path, pack(make_package(entries=[]))).entries == 0


def test_the_zip_is_always_the_same_and_any_program_reads_it():
    files = make_package()
    packed = pack(files)
    assert packed == pack(dict(reversed(files.items())))
    assert unpack(packed) == files
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["manifest.json", *sorted(files.keys() - {"manifest.json"})]
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.read("bijlagen/foto.png") == files["bijlagen/foto.png"]


def test_the_form_of_a_package_never_changes():
    """Golden: packages that were handed over must stay verifiable; another form is another FORMAT."""
    assert (
        hashlib.sha256(pack(make_package())).hexdigest()
        == "8116eac41bff35868fc96ff39cc0c213cd0b5849091e0d81dfd1c44115c230d3"
    )


def test_any_changed_byte_of_the_zip_is_found(tmp_path):
    packed = pack(make_package())
    for position in range(len(packed)):
        changed = bytearray(packed)
        changed[position] ^= 1 << position % 8
        assert not judged(tmp_path, bytes(changed)).ok, position


def test_any_cut_or_addition_is_found(tmp_path):
    packed = pack(make_package())
    for end in range(0, len(packed), 7):
        assert not judged(tmp_path, packed[:end]).ok
    assert not judged(tmp_path, packed + b"\0").ok
    assert not judged(tmp_path, b"\0" + packed).ok


def test_any_changed_byte_of_any_file_is_found_without_the_help_of_the_zip(tmp_path):
    files = make_package()
    places = [(name, position) for name, content in files.items() for position in range(len(content))]
    for name, position in random.Random(7).sample(places, 400):
        changed = bytearray(files[name])
        changed[position] ^= 1 << position % 8
        assert not judged(tmp_path, pack({**files, name: bytes(changed)})).ok, (name, position)


@given(st.data())
def test_no_mangled_zip_raises(tmp_path, data):
    changed = bytearray(pack(make_package()))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(changed) - 1))
        changed[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    if changed != pack(make_package()):
        assert not judged(tmp_path, bytes(changed)).ok


@given(st.binary(max_size=300))
def test_no_random_zip_raises(data):
    with pytest.raises(Fault):
        unpack(b"PK\3\4" + data)


def local_header(name=b"a", *, flags=0, method=0, crc=0, size=0, extra=0):
    return (
        verify.struct.pack(
            "<IHHHHHIIIHH", 0x04034B50, 20, flags, method, 0, 33, crc, size, size, len(name), extra
        )
        + name
    )


def deflated(files):
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", f"overdracht.zip is geen zipbestand. {AGAIN}"),
        (b"%PDF-1.7", f"overdracht.zip is geen zipbestand. {AGAIN}"),
        (b"PK\5\6" + bytes(18), f"Het zipbestand is afgekapt of beschadigd. {AGAIN}"),
        (b"PK\3\4" + bytes(9), f"Het zipbestand is afgekapt of beschadigd. {AGAIN}"),
        (local_header(size=9), f"Het zipbestand is afgekapt of beschadigd. {AGAIN}"),
        (local_header(crc=1), f"a is in het zipbestand beschadigd. {AGAIN}"),
        (local_header() * 2, f"a zit twee keer in het pakket. {AGAIN}"),
        (local_header() + local_header(b"A"), f"a zit twee keer in het pakket. {AGAIN}"),
        (local_header(b"../a"), f"../a is geen toegestaan bestand. {AGAIN}"),
        (local_header(b"\xff"), f"? is geen toegestaan bestand. {AGAIN}"),
        (local_header(), f"manifest.json ontbreekt. {AGAIN}"),
        (
            local_header(flags=8),
            "Het zipbestand is door een ander programma ingepakt. Pak het uit en controleer de map.",
        ),
        (
            local_header(extra=4),
            "Het zipbestand is door een ander programma ingepakt. Pak het uit en controleer de map.",
        ),
        (
            deflated(make_package()),
            "Het zipbestand is door een ander programma ingepakt. Pak het uit en controleer de map.",
        ),
        (
            pack(make_package()) + b"x",
            f"Het zipbestand is rondom de bestanden veranderd of afgekapt. {AGAIN}",
        ),
    ],
)
def test_what_is_wrong_with_the_zip(tmp_path, data, sentence):
    assert judged(tmp_path, data).sentence == sentence


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/a",
        "a/",
        "../a",
        "a/../b",
        "a//b",
        "./a",
        ".a",
        "a.",
        "a./b",
        "a b",
        "a\\b",
        "C:a",
        "é",
        "a\n",
        "a" * 201,
    ],
)
def test_names_that_are_not_packed(name):
    with pytest.raises(Fault, match="not an allowed file"):
        pack({name: b""})


class Large(bytes):
    def __len__(self):
        return verify.MOST_BYTES + 1


def test_what_else_is_not_packed():
    with pytest.raises(Fault, match="twice"):
        pack({"Map/a.txt": b"", "map/A.txt": b""})
    with pytest.raises(Fault, match="too large"):
        pack({f"f{number}": b"" for number in range(10_000)})
    assert pack({f"f{number}": b"" for number in range(9_999)})
    with pytest.raises(Fault, match="too large"):
        pack({"a": Large()})


def test_a_folder_while_its_documents_are_open(tmp_path):
    folder = unpacked(tmp_path, make_package())
    for name in (
        "~$erdracht.docx",
        ".~lock.overdracht.docx#",
        ".DS_Store",
        "bijlagen/Thumbs.db",
        "desktop.ini",
        "._cap.xml",
    ):
        (folder / name).write_bytes(b"")
    assert check(folder).ok
    (folder / "bijlagen" / "nieuw.txt").write_bytes(b"")
    assert check(folder).sentence.startswith("bijlagen/nieuw.txt hoort niet bij het pakket.")


def test_links_and_pipes_in_a_folder_are_refused(tmp_path):
    for number, make in enumerate(
        (
            lambda path: path.symlink_to("/dev/zero"),
            lambda path: path.symlink_to("/", target_is_directory=True),
            os.mkfifo,
        )
    ):
        folder = unpacked(tmp_path / str(number), make_package())
        make(folder / "a")
        assert check(folder, "en").sentence.startswith("a is not an allowed file.")


def test_what_cannot_be_read(tmp_path):
    for path in (tmp_path / "nowhere.zip", "a\0b"):
        assert "Geef het zipbestand of de map" in check(path).sentence
    assert check(tmp_path, "en").sentence.startswith(
        f"There is no manifest.json in {tmp_path}. Give the zip file"
    )
    os.mkfifo(tmp_path / "pipe")
    assert check(tmp_path / "pipe", "en").sentence.startswith("pipe is not a zip file.")


def test_what_is_too_large(tmp_path):
    folder = unpacked(tmp_path / "map", make_package())
    for path in (tmp_path / "large.zip", folder / "large.bin"):
        with path.open("wb") as file:
            file.truncate(verify.MOST_BYTES + 1)  # sparse: takes no room
    assert check(tmp_path / "large.zip", "en").sentence.startswith("The package is too large")
    assert check(folder, "en").sentence.startswith("The package is too large")


def test_running_out_of_memory_is_an_answer_too():
    class Full:
        def __fspath__(self):
            raise MemoryError

    assert check(Full(), "en").sentence.startswith("The package is too large")


def test_the_command(tmp_path, capsys):
    good = tmp_path / "goed.zip"
    good.write_bytes(pack(make_package()))
    assert verify.main([str(good)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Alles klopt: ")
    assert KEY.fingerprint in shown
    assert "Vergelijk deze met de vingerafdruk in het Word-document" in shown
    assert verify.main([str(tmp_path / "nowhere"), "--lang", "en"]) == 1
    assert capsys.readouterr().out.count("\n") == 1


def test_the_command_writes_to_what_has_no_encoding(tmp_path):
    with redirect_stdout(StringIO()) as written:
        assert verify.main([str(tmp_path)]) == 1
    assert "staat geen manifest.json." in written.getvalue()


@pytest.mark.parametrize("arguments", [["a", "b"], ["--lang", "fr"], ["--no-such-option"]])
def test_wrong_usage(arguments):
    with pytest.raises(SystemExit) as ended:
        verify.main(arguments)
    assert ended.value.code == 2


def test_the_script_checks_its_own_folder(tmp_path, capsys, monkeypatch):
    shutil.copy(SCRIPT, tmp_path / "verify.py")
    monkeypatch.setattr(sys, "argv", ["verify.py"])
    for script, status in ((tmp_path / "verify.py", 1), (SCRIPT, 1)):
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(script), run_name="__main__")
        assert ended.value.code == status
        assert "staat geen manifest.json." in capsys.readouterr().out


def alone(folder, *arguments, encoding="utf-8"):
    """Run the package's own script as a stranger would: no site packages, no environment."""
    return subprocess.run(
        [sys.executable, "-I", "-W", "error", "verify.py", *arguments],
        cwd=folder,
        env={"PYTHONIOENCODING": encoding},
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_the_script_stands_alone(tmp_path):
    files = seal(make_files() | {"verify.py": SCRIPT.read_bytes()}, KEY)
    folder = unpacked(tmp_path, files)
    done = alone(folder)
    assert (done.returncode, done.stderr) == (0, b"")
    assert KEY.fingerprint in done.stdout.decode()
    (folder / "cap.xml").write_bytes(b"<other/>")
    done = alone(folder, "--lang", "en", encoding="ascii")
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.startswith(b"cap.xml was changed after signing.")
    assert not alone(folder, "caf\u00e9\u0142.zip", encoding="ascii").stderr


def test_the_script_needs_only_an_old_python():
    tree = list(ast.walk(ast.parse(SCRIPT.read_text(), feature_version=(3, 9))))
    imported = {
        name.name.partition(".")[0] for node in tree if isinstance(node, ast.Import) for name in node.names
    } | {node.module.partition(".")[0] for node in tree if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names
