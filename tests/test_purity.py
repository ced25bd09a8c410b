"""What the floor plan promises: pure rules, short files, empty packages, names that say something."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "cyberready"
SOURCES = sorted(PACKAGE.rglob("*.py"))
OUTSIDE = ("flask", "sqlalchemy", "docx", "jinja2", "werkzeug", "alembic", "apscheduler", "markdown_it")
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
WHOLE = {"kernel/verify.py"}  # travels alone inside each handover package, so it cannot be split
NAMELESS = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc", "base"}


def name_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def pure():
    kernel = [path for path in (PACKAGE / "kernel").glob("*.py") if path.name != "__init__.py"]
    return sorted(name_of(path) for path in kernel + list(PACKAGE.glob("*/rules.py")))


def loaded_by(*modules):
    """The outside packages in a fresh process after importing these modules."""
    program = (
        f"import sys, importlib\nfor name in {modules!r}: importlib.import_module(name)\n"
        f"print(*(name for name in {OUTSIDE!r} if name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_kernel_and_rules_load_nothing_of_web_database_or_paper():
    assert len(pure()) > 15
    assert loaded_by(*pure()) == []


def test_the_check_itself_sees_what_is_loaded():
    assert {"flask", "sqlalchemy"} <= set(loaded_by("cyberready.app"))


def test_the_checker_in_a_package_needs_the_standard_library_only():
    script = PACKAGE / "kernel" / "verify.py"
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(script), "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode in {0, 2}, done.stderr
    assert "Traceback" not in done.stderr


def test_packages_have_empty_init_files():
    assert [name_of(path) for path in SOURCES if path.name == "__init__.py" and path.stat().st_size] == []
    code = {path.parent for path in SOURCES}
    assert [folder for folder in code if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_file_and_its_functions_fit_on_a_few_screens(path):
    if path.relative_to(PACKAGE).as_posix() in WHOLE or "migrations/versions" in path.as_posix():
        pytest.skip("one piece by its nature")
    source = path.read_text("utf-8")
    assert source.count("\n") <= LONGEST_FILE
    assert [name for name, lines in functions(source) if lines > LONGEST_FUNCTION] == []


def functions(source):
    """Each function with its number of lines from the docstring on: the formatter gives each argument a line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.end_lineno - node.body[0].lineno + 1


def test_no_module_has_a_name_that_says_nothing():
    names = {part.removesuffix(".py") for path in SOURCES for part in path.relative_to(PACKAGE).parts}
    assert names & NAMELESS == set()


def test_no_code_hides_imports_from_the_running_program():
    assert [name_of(path) for path in SOURCES if "TYPE_CHECKING" in path.read_text("utf-8")] == []


def test_nothing_below_the_edge_reads_the_clock():
    readers = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}:
                read = ast.unparse(node)
                if read in {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}:
                    readers.add(name_of(path))
    assert readers == {"cyberready.platform.clock"}
