"""Copy the front-end files named in vendor.toml out of node_modules into the package.

    python tools/vendor.py            refresh the copies
    python tools/vendor.py --check    exit status 1 if the copies differ from what npm delivers

Needs npm. The copies are committed and shipped in the wheel, so neither users nor the server need Node.
"""

import argparse
import base64
import filecmp
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SYMBOL = (
    '<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
    ' stroke-linecap="round" stroke-linejoin="round">{drawing}</symbol>'
)


def sha384(path: Path) -> str:
    """The file's integrity value as browsers write it: sha384-<base64>."""
    return "sha384-" + base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()


def folder_name(package: str) -> str:
    """A package's folder in the output: '@tabler/icons' becomes 'tabler-icons'."""
    return package.removeprefix("@").replace("/", "-")


def drawing(svg: str) -> str:
    """The inside of an icon's svg element on one line."""
    inside = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    return re.sub(r"\s+", " ", inside).strip()


def sprite(folder: Path, names: list[str]) -> str:
    """One SVG file with a symbol per icon, in the order of their names."""
    symbols = [
        SYMBOL.format(name=name, drawing=drawing((folder / f"{name}.svg").read_text()))
        for name in sorted(names)
    ]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def copy_package(package: dict[str, Any], modules: Path, out: Path) -> dict[str, Any]:
    """Copy one package's files and licence; return its line in the manifest."""
    source = modules / package["name"]
    target = out / folder_name(package["name"])
    target.mkdir(parents=True)
    for name in package.get("files", []):
        shutil.copyfile(source / name, target / Path(name).name)
    if "icons" in package:
        (target / "icons.svg").write_text(sprite(source / package["sprite_folder"], package["icons"]))
    licence = next(path for path in sorted(source.iterdir()) if path.stem.upper() == "LICENSE")
    shutil.copyfile(licence, target / "LICENSE")
    about = json.loads((source / "package.json").read_text())
    return {
        "version": about["version"],
        "license": about["license"],
        "files": {path.name: sha384(path) for path in sorted(target.iterdir())},
    }


def build(packages: list[dict[str, Any]], modules: Path, out: Path) -> None:
    """Fill an empty folder with all copies and manifest.json."""
    manifest = {package["name"]: copy_package(package, modules, out) for package in packages}
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


def differences(wanted: Path, found: Path) -> list[str]:
    """Paths that are missing, superfluous or different, relative to the folder."""
    names = {
        path.relative_to(folder) for folder in (wanted, found) for path in folder.rglob("*") if path.is_file()
    }
    return sorted(
        str(name)
        for name in names
        if not ((wanted / name).exists() and (found / name).exists())
        or not filecmp.cmp(wanted / name, found / name, shallow=False)
    )


def main() -> int:
    """Install exactly what the lock says, then refresh or compare."""
    arguments = argparse.ArgumentParser(description="Refresh or check the vendored front-end files.")
    arguments.add_argument("--check", action="store_true", help="compare only; exit status 1 on a difference")
    check = arguments.parse_args().check
    settings = tomllib.loads((ROOT / "tools" / "vendor.toml").read_text())
    out = ROOT / settings["out"]
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(install, cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        build(settings["package"], ROOT / "node_modules", fresh)
        if check:
            different = differences(fresh, out)
            for name in different:
                print(f"{settings['out']}/{name} differs from its package; run python tools/vendor.py")
            return 1 if different else 0
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(fresh, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
