import ast
from pathlib import Path

import pytest

from cyberready.platform.texts import catalogue

PACKAGE = Path(__file__).parent.parent.parent / "cyberready"
FILES = (
    "platform/faults.py",
    "platform/shapes.py",
    "platform/sources.py",
    "playbooks/formats.py",
    "playbooks/messages.py",
    "playbooks/placeholders.py",
    "playbooks/references.py",
    "playbooks/wording.py",
    "exercises/formats.py",
    "campaigns/formats.py",
)
NOT_SHOWN = {
    "mapping values are not allowed",
    "cannot start any token",
    "end of stream",
    "a character that YAML does not allow",
    " {0,3}> ?",
}


def sentences(path):
    """Every text of more than two words in a module, but for docstrings and patterns."""
    tree = ast.parse(path.read_text())
    documented = [
        node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    ]
    docstrings = {ast.get_docstring(node, clean=False) for node in documented}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and text.count(" ") > 1 and text not in docstrings and "\\" not in text:
            yield text


@pytest.mark.parametrize("name", FILES)
def test_every_sentence_about_a_fault_has_its_dutch(name):
    found = set(sentences(PACKAGE / name)) - NOT_SHOWN
    assert found
    assert [sentence for sentence in found if catalogue("nl").gettext(sentence) == sentence] == []
