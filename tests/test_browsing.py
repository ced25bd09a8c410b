"""The page-reviewing client sees what it is there to see."""

import pytest

from tests.browsing import malformed, review

PAGE = """<!doctype html>
<html lang="nl"><head><title>Plein - Waterveld</title></head>
<body><main><h1>Plein</h1>
{}
</main></body></html>"""
FORM = '<form method="post"><input type="hidden" name="csrf_token" value="x">{}</form>'
SOUND = FORM.format('<label for="naam">Naam</label><input id="naam" name="naam">')


def test_a_sound_page_is_read():
    assert review(PAGE.format(SOUND)).h1.get_text() == "Plein"


@pytest.mark.parametrize(
    "part",
    [
        "<p><div>x</div></p>",
        "<ul><li><span>x</li></ul>",
        "<b>x</i>",
        '<p id="a" id="b">x</p>',
        "<table><p>x</p></table>",
        "<a href='/'><a href='/'>x</a></a>",
        "R&D&foo;",
        "<button><button>x</button></button>",
    ],
)
def test_what_a_browser_would_have_to_mend_is_a_fault_on_a_page_and_in_a_part_of_one(part):
    assert malformed(part, fragment=True)
    with pytest.raises(AssertionError):
        review(PAGE.format(part))


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ('<p id="a">x</p><p id="a">y</p>', "a"),
        ("<h1>Nog een</h1>", "Nog een"),
        (FORM.format('<input name="naam">'), "no label"),
        ('<form method="post"></form>', "no CSRF token"),
        ('<p style="color: red">x</p>', "inline style"),
        ("<script>x</script>", "inline script"),
        ('<p aria-describedby="weg">x</p>', "points nowhere"),
        ("<p>None</p>", "a None is shown"),
    ],
)
def test_what_no_page_may_have_is_a_fault(part, said):
    with pytest.raises(AssertionError, match=said):
        review(PAGE.format(part))
