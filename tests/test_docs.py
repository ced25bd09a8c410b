"""What the pages say is true: settings, commands, links, names on the screen, versions."""

import re
import subprocess
import tomllib
from dataclasses import MISSING, fields
from functools import cache
from io import BytesIO
from pathlib import Path

import click
import pytest
import yaml
from babel.messages.pofile import read_po

from cyberready.cli.main import main
from cyberready.exchange.cacao import documents
from cyberready.people.rules import Role
from cyberready.platform import images, sizes, sources
from cyberready.platform.texts import FOLDER
from cyberready.settings import PREFIX, REQUIRED, Settings

ROOT = Path(__file__).parent.parent
SETTINGS = {PREFIX + field.name.upper(): field for field in fields(Settings)}
FENCE = re.compile(r"^(`{3,}).*?^\1$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
BOLD = re.compile(r"\*\*([^*]+?)[.:]?\*\*")


def text(name):
    return (ROOT / name).read_text("utf-8")


@cache
def tracked():
    found = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if found.returncode:
        pytest.skip("this is no checkout")
    return [name for name in found.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def pages():
    return [name for name in tracked() if name.endswith(".md")]


def commands():
    """Every command by its words, with its options and arguments."""
    found = {}
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        if isinstance(command, click.Group):
            found |= {f"{name} {inner}": one.params for inner, one in command.commands.items()}
        else:
            found[name] = command.params
    return found


def options(params):
    return {name for one in params if isinstance(one, click.Option) for name in one.opts}


def anchors(markdown):
    """The anchors that a forge gives to the headings of a page."""
    bare = FENCE.sub("", markdown)
    for heading in re.findall(r"^#{1,6} (.+)$", bare, re.MULTILINE):
        plain = re.sub(r"[`*]|\{#[^}]*\}", "", heading).strip().lower()
        yield re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def test_operations_page_tells_the_true_sizes():
    page = text("docs/beheer.md")
    file, form, source, picture, cacao = (
        sizes.megabytes(one)
        for one in (
            sizes.UPLOAD,
            sizes.FORM,
            sources.MOST_BYTES,
            images.MOST_BYTES,
            documents.MOST_BYTES,
        )
    )
    assert (
        f"| Upload; form | {file} MB; {form} MB; the text of a playbook, scenario or campaign {source} MB |"
        in page
    )
    assert f"| An image | {picture} MB;" in page
    assert f"| A CACAO file | {cacao} MB |" in page
    assert f"client_max_body_size {sizes.megabytes(sizes.REQUEST)}m;" in page


def test_operations_page_has_every_setting_with_its_default():
    rows = dict(re.findall(r"^\| `(CYBERREADY_\w+)` \|.*\| (.+?) \|$", text("docs/beheer.md"), re.MULTILINE))
    assert set(rows) == set(SETTINGS)
    for name, field in SETTINGS.items():
        if field.name in REQUIRED:
            assert field.default is MISSING
            assert rows[name] == "required"
        elif field.default:
            assert rows[name] == f"`{field.default}`"
        else:
            assert rows[name].startswith("empty")


def test_operations_page_has_every_command_and_option():
    page = text("docs/beheer.md")
    table = dict(re.findall(r"^\| `cyberready ([a-z ]+)` \| (.*) \|$", page, re.MULTILINE))
    assert set(table) == set(commands())
    for name, params in commands().items():
        for option in options(params):
            assert option in table[name], f"{name} {option}"


@pytest.mark.parametrize("name", ["README.md", "docs/beheer.md", "docs/formats.md", "docs/performance.md"])
def test_commands_on_a_page_exist_with_their_options(name):
    if not (ROOT / name).exists():
        pytest.skip("another page of the documentation")
    known = commands()
    code = [
        *(found[0] for found in FENCE.finditer(text(name))),
        *re.findall(r"^ {4}.*$|`[^`\n]+`", text(name), re.MULTILINE),
    ]
    shell = re.findall(r"(?:^ *|`|bin/)cyberready ([a-z][^`|\n]*)", "\n".join(code), re.MULTILINE)
    assert shell or name == "docs/performance.md"
    for line in shell:
        words = line.split()
        said = next((one for one in (" ".join(words[:2]), words[0]) if one in known), None)
        assert said, f"there is no command: cyberready {line}"
        used = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert used <= options(known[said]), line


def test_every_variable_that_is_named_exists():
    for name in tracked():
        if name.endswith((".md", ".py", ".po", ".toml", "Makefile")) and not name.startswith("tests/"):
            for variable in re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]\b", text(name)):
                assert variable in SETTINGS, f"{name}: {variable}"


def test_every_link_leads_somewhere():
    lost = []
    for name in pages():
        for target in LINK.findall(CODE.sub("", FENCE.sub("", text(name)))):
            if re.match(r"[a-z]+:", target) or name.startswith(("playbooks/", "templates/playbooks/")):
                continue
            path, _hash, anchor = target.partition("#")
            page = (ROOT / name).parent / path if path else ROOT / name
            if not page.exists() or (anchor and anchor not in set(anchors(page.read_text("utf-8")))):
                lost.append(f"{name}: {target}")
    assert lost == []


def test_every_page_of_the_documentation_can_be_reached():
    linked = set()
    for name in pages():
        for target in LINK.findall(text(name)):
            linked.add(((ROOT / name).parent / target.partition("#")[0]).resolve())
    lost = [name for name in pages() if name.startswith("docs/") and (ROOT / name).resolve() not in linked]
    assert lost == []


def test_what_the_user_guide_prints_bold_stands_on_the_screen():
    shown = set()
    for path in FOLDER.glob("nl/LC_MESSAGES/*.po"):
        for message in read_po(BytesIO(path.read_bytes())):
            several = message.string if isinstance(message.string, tuple) else (message.string,)
            shown |= {one.rstrip(".:") for one in several}
    said = {" ".join(words.split()) for words in BOLD.findall(text("docs/handleiding.md"))}
    assert len(said) > 50
    assert said - shown == set()


def test_glossary_has_every_role_and_each_term_once():
    terms = re.findall(r"^\| (?!In the code|---)([^|]+?) \|", text("docs/glossary.md"), re.MULTILINE)
    for role in Role:
        assert role.value.replace("_", " ") in terms
    assert len(terms) == len(set(terms))


def test_decisions_are_numbered_dated_and_listed():
    files = sorted(path.name for path in (ROOT / "docs/decisions").glob("0*.md"))
    index = re.findall(r"^\| (\d+) \| \[(.+)\]\((.+)\) \|$", text("docs/decisions/README.md"), re.MULTILINE)
    assert [name for _number, _title, name in index] == files
    for number, title, name in index:
        page = text(f"docs/decisions/{name}")
        assert page.startswith(f"# {number}. {title}\n\nDecided: 20")
        assert name.startswith(f"{int(number):04}-")
        parts = re.findall(r"^## (.+)$", page, re.MULTILINE)
        assert parts == ["Context", "Decision", "Reasons", "When we would change our mind"]


def test_readme_begins_with_two_commands_that_make_lists():
    first = re.findall(r"^make ([a-z-]+)$", text("README.md"), re.MULTILINE)
    assert first[:2] == ["demo", "test"]
    listed = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    known = {line.split()[0] for line in listed.splitlines() if line}
    assert set(first) <= known
    for line in listed.splitlines():
        assert re.match(r"[a-z-]+\s+\w", line)


def test_ci_runs_the_check_of_the_readme_and_nothing_else():
    script = [
        line for line in text(".ci/run").splitlines() if line and not line.startswith(("#", "set ", "cd "))
    ]
    assert script == ["make test"]


def test_no_file_knows_the_machine_on_which_it_was_written():
    private = re.compile(rb"/(?:home|Users|root|work)/[\w.-]+|/tmp/[\w.-]+_jobs|[A-Z]:\\\\Users")
    for name in tracked():
        if not name.startswith("cyberready/static/vendor/") and name != "tests/test_docs.py":
            found = private.search((ROOT / name).read_bytes())
            assert found is None, f"{name}: {found[0]}"


def test_publiccode_says_the_version_and_licence_of_the_package():
    said = yaml.safe_load(text("publiccode.yml"))
    project = tomllib.loads(text("pyproject.toml"))["project"]
    assert said["name"] == project["name"]
    assert said["softwareVersion"] == project["version"]
    assert said["legal"]["license"] == project["license"]
    assert said["developmentStatus"] in {"concept", "development", "beta", "stable", "obsolete"}
    assert {"nl"} <= set(said["description"])
    for words in said["description"].values():
        assert len(words["shortDescription"]) <= 150
        assert 150 <= len(words["longDescription"]) <= 10_000
    assert f"## {project['version']}" in text("CHANGELOG.md")
