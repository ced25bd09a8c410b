import pytest

from cyberready.platform.markdown import plain


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("# Kop\n\nEen **vette** zin\ndie doorloopt.", "Kop\n\nEen vette zin die doorloopt."),
        (
            "Dit:\n\n- appel\n- peer\n  - stoofpeer\n\nKlaar.",
            "Dit:\n\n- appel\n- peer\n- stoofpeer\n\nKlaar.",
        ),
        ("1. een\n2. twee", "1. een\n2. twee"),
        ("1. een\n\n   meer\n\n2. twee", "1. een\n\nmeer\n\n2. twee"),
        ("[site](https://a.example) en https://b.example", "site (https://a.example) en https://b.example"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n\nEinde", "a  b  \n1  2  \n\nEinde"),
        ("Zie:\n\n```\nregel 1\nregel 2\n```\n\nEinde", "Zie:\n\nregel 1\nregel 2\n\nEinde"),
        ("> rustig\n\ndag", "rustig\n\ndag"),
        ("- [ ] doe dit\n- [x] dat <b>ook</b>", "- [ ] doe dit\n- [x] dat <b>ook</b>"),
        ("", ""),
    ],
)
def test_markdown_as_plain_text(source, said):
    assert plain(source) == said
