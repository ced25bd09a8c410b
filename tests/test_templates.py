"""Every template compiles, is used by something, and never shows a name that nobody gave."""

import re
from pathlib import Path

import pytest
from jinja2 import StrictUndefined, UndefinedError, meta, nodes

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
QUOTED = re.compile(r"""["']([\w/.-]+)["']""")


def source(name):
    return (FOLDER / name).read_text("utf-8")


def test_every_template_compiles(app):
    for name in TEMPLATES:
        app.jinja_env.get_template(name)


def reached(app):
    """Every template that code names (as a page it shows, with its fragment) or that a template pulls in."""
    named = set()
    for path in (ROOT / "cyberready").rglob("*.py"):
        for word in QUOTED.findall(path.read_text("utf-8")):
            folder, _slash, page = word.rpartition("/")
            named |= {word, f"{word}.html"} | ({f"{folder}/_{page}.html"} if folder else set())
    for name in TEMPLATES:
        named |= set(filter(None, meta.find_referenced_templates(app.jinja_env.parse(source(name)))))
    return named


def test_every_template_is_used(app):
    assert sorted(set(TEMPLATES) - reached(app)) == []


def test_every_template_that_a_template_names_exists(app):
    lost = [
        (name, wanted)
        for name in TEMPLATES
        for wanted in meta.find_referenced_templates(app.jinja_env.parse(source(name)))
        if wanted is not None and wanted not in TEMPLATES
    ]
    assert lost == []


def test_every_page_includes_its_fragment(app):
    """A partial request gets the fragment, so the page must be made of it."""
    for fragment in [name for name in TEMPLATES if name.rpartition("/")[2].startswith("_")]:
        whole = fragment.replace("/_", "/")
        if whole in TEMPLATES:
            assert fragment in set(meta.find_referenced_templates(app.jinja_env.parse(source(whole)))), whole


def test_every_page_that_code_shows_has_its_fragment():
    shown = re.compile(r'\bpage\(\s*"([\w/]+)"')
    for path in (ROOT / "cyberready").rglob("*.py"):
        for page in shown.findall(path.read_text("utf-8")):
            folder, _slash, name = page.rpartition("/")
            assert f"{page}.html" in TEMPLATES
            assert f"{folder}/_{name}.html" in TEMPLATES, f"{path.name}: {page}"


def test_a_name_that_nobody_gave_is_a_fault(app):
    assert app.jinja_env.undefined is StrictUndefined
    with pytest.raises(UndefinedError):
        app.jinja_env.from_string("{{ nobody_gave_this }}").render()


def test_text_is_escaped_in_every_template(app):
    assert app.jinja_env.from_string("{{ said }}").render(said="<b>") == "&lt;b&gt;"
    assert [name for name in TEMPLATES if not app.jinja_env.autoescape(name)] == []


def test_no_template_declares_anything_safe_by_itself(app):
    """What is markup is made by the Markdown filter or by macros, never by a template's word for it."""
    trusted = [
        (name, found.name)
        for name in TEMPLATES
        for found in app.jinja_env.parse(source(name)).find_all(nodes.Filter)
        if found.name in {"safe", "forceescape"}
    ]
    off = [name for name in TEMPLATES if "autoescape false" in source(name)]
    assert trusted == off == []
