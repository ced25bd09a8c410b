"""Whatever a scenario or a person writes, the page that shows it stays dead: no script, no handler, no foreign scheme."""

import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import html5lib
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from linkify_it import LinkifyIt

from cyberready.platform.markdown import parser, plain, render

HARMLESS = {
    *("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong"),
    *("a", "table", "thead", "tbody", "tr", "th", "td", "hr", "br", "s", "input", "label", "del"),
    "sup",
}
ATTRIBUTES = {
    *(
        "href",
        "title",
        "class",
        "id",
        "type",
        "checked",
        "disabled",
        "tabindex",
        "start",
        "style",
        "for",
        "align",
    ),
}
SCHEMES = {"", "http", "https", "mailto", "tel"}
NASTY = st.sampled_from(
    [
        *(
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<svg/onload=alert(1)>",
            "<!--",
            "-->",
        ),
        *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "&#106;avascript:alert(1)"),
        *(
            "data:text/html,<script>",
            "vbscript:x",
            "//evil.example",
            "https://good.example",
            "/local",
            "file:///etc",
        ),
        *(
            "[",
            "]",
            "(",
            ")",
            "](",
            "](<",
            ">)",
            "<",
            ">",
            '"',
            "'",
            "`",
            "```\n",
            "~~~\n",
            "\n",
            "\n\n",
            "\\",
            "&",
        ),
        *(
            "[x]: javascript:alert(1)\n",
            "[^1]",
            "[^<b>]: ",
            "[x]",
            "![x](",
            "* ",
            "- [ ] ",
            "1. ",
            "# ",
            "> ",
            "|",
            "\n|---|\n",
            "~~",
            "**",
        ),
        *(
            "<a href='javascript:x'>",
            "</p>",
            "<style>",
            "onclick=",
            "www.evil.example",
            "a@b.example",
            "\x00",
            "\u202e",
        ),
    ]
)
TEXTS = st.lists(NASTY | st.text(max_size=6), max_size=14).map("".join)


def elements(html):
    body = html5lib.parseFragment(html, namespaceHTMLElements=False)
    return [one for one in body.iter() if isinstance(one.tag, str) and one.tag != "DOCUMENT_FRAGMENT"]


def harmless(html):
    for element in elements(html):
        assert element.tag in HARMLESS, element.tag
        for name, value in element.attrib.items():
            assert name in ATTRIBUTES, (element.tag, name)
            if name == "style":
                assert re.fullmatch(r"text-align:\s*(left|right|center)", value), value
            if name == "href":
                read = re.sub(r"[\t\r\n]", "", value).strip("".join(map(chr, range(0x21))))
                assert urlsplit(read).scheme.lower() in SCHEMES, value
                assert not read.replace("\\", "/").startswith("//"), value


@given(TEXTS)
@example("[x](javascript:alert(1))")
@example("[x](data:text/html;base64,AAAA)")
@example('<https://good.example/"onmouseover=alert(1)>')
@example("[x](&#x6A;avascript:alert(1))")
@example("[x](/\\evil.example)")
@example("[x](</\t/evil.example>)")
@example("![x](javascript:alert(1))")
def test_nothing_written_becomes_active(text):
    harmless(str(render(text)))


BARE = st.sampled_from(
    [
        *("http:", "HTTPS:", "ftp:", "mailto:", "//", "www.", "localhost", "xn--p1ai", "10.0.0.1", ":8080"),
        *(
            "a",
            "b",
            "Bel",
            ".",
            ".nl",
            ".рф",
            ".museum",
            "@",
            "/",
            ":",
            "-",
            "_",
            "(",
            ")",
            "<",
            ">",
            '"',
            "\n",
        ),
    ]
)


@given(st.lists(BARE | st.text(max_size=2), max_size=10).map("".join))
@example("mailto:a@b")
@example("http://localhost")
@example("//a.b")
@example("a.рф")
@example("10.0.0.1")
def test_the_quick_look_passes_over_no_bare_link(text):
    assert LinkifyIt().match(text) is None or parser().linkify.pretest(text)


def test_texts_are_cleaned_in_several_threads_at_once():
    texts = [
        f"Bel [a](tel:{number}) of https://a.example/{number}\n\n- [ ] doe {number}" for number in range(200)
    ]
    alone = [render(text) for text in texts]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(render, texts)) == alone


@given(TEXTS)
def test_any_text_can_be_said_in_a_mail(text):
    assert isinstance(plain(text), str)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# Kop", "<h3>Kop</h3>\n"),
        ("###### Diep", "<h6>Diep</h6>\n"),
        ("<b>vet</b>", "<p>&lt;b&gt;vet&lt;/b&gt;</p>\n"),
        ("[x](https://a.example)", '<p><a href="https://a.example">x</a></p>\n'),
        ("[x](mailto:a@b.example)", '<p><a href="mailto:a@b.example">x</a></p>\n'),
        ("[x](tel:+31612345678)", '<p><a href="tel:+31612345678">x</a></p>\n'),
        ("[x](/local#part)", '<p><a href="/local#part">x</a></p>\n'),
        ("[x](javascript:x)", "<p>[x](javascript:x)</p>\n"),
        ("[x](ftp://a.example)", "<p>[x](ftp://a.example)</p>\n"),
        ("[x](//a.example)", "<p>[x](//a.example)</p>\n"),
        ("~~weg~~", "<p><s>weg</s></p>\n"),
        ("", ""),
    ],
)
def test_what_is_written_is_shown(text, html):
    assert str(render(text)) == html


def test_an_image_is_never_fetched():
    assert "img" not in str(render("![kaart](https://a.example/kaart.png)")).split("<p>")[1].split("<a")[0]
    assert [one.tag for one in elements(str(render("![kaart](/kaart.png)")))].count("img") == 0


def test_headings_start_where_the_page_wants_them():
    assert str(render("# Kop\n\n## Lager", heading_from=2)).count("<h2>") == 1
    assert "<h3>Lager" in str(render("# Kop\n\n## Lager", heading_from=2))


def test_a_wide_table_can_be_scrolled_by_keyboard():
    assert elements(str(render("| a |\n|---|\n| b |")))[0].attrib["tabindex"] == "0"


def test_a_check_list_keeps_its_boxes():
    boxes = [one for one in elements(str(render("- [ ] doe\n- [x] klaar"))) if one.tag == "input"]
    assert ["checked" in one.attrib for one in boxes] == [False, True]
    assert all("disabled" in one.attrib for one in boxes)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[lees](datalek.md)", '<a href="/playbooks/datalek">lees</a>'),
        ("[lees](datalek.en.md#stap-1)", '<a href="/playbooks/datalek#stap-1">lees</a>'),
        ("[**lees**](weg.md) verder", "<strong>lees</strong> verder"),
        ("[lees](../datalek.md)", "[lees](../datalek.md)"),
        ("[lees](javascript:x.md)", "[lees](javascript:x.md)"),
    ],
)
def test_a_link_to_another_text_leads_to_its_page_or_is_only_text(written, shown):
    known = {"datalek": "/playbooks/datalek"}
    assert render(written, files_at=known.get).strip() == f"<p>{shown}</p>"
    assert "href" not in render("[lees](datalek.md)")


@given(st.lists(NASTY | st.sampled_from([".md", "(a.md)", "[x](b.md#", "image:"]), max_size=30).map("".join))
def test_names_of_files_and_images_open_no_way_in(text):
    html = render(text, files_at=lambda name: f"/playbooks/{name}", images_at=lambda name: f"data:{name}")
    for element in html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False).iter():
        assert not [name for name in element.attrib if name.startswith("on") or name == "style"]
        href = element.get("href", "")
        assert urlsplit(href).scheme in SCHEMES or href.startswith("/")
        assert element.tag not in {"script", "iframe", "object", "svg", "style"}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("FG[^1]: nu", "FG<sup>1</sup>: nu"),
        ("[^1]: Zie.\n[^b]: En", "<sup>1</sup> Zie.\n<br><sup>b</sup> En"),
        ("[^1]: https://a.nl", '<sup>1</sup> <a href="https://a.nl">https://a.nl</a>'),
        ("[^1]: woord", "<sup>1</sup> woord"),
        ("[^<b>]", "<sup>&lt;b&gt;</sup>"),
        ("[^a b] \\[^1] [^]", "[^a b] [^1] [^]"),
    ],
)
def test_a_footnote_has_a_raised_sign(written, shown):
    assert render(written).strip() == f"<p>{shown}</p>"


def test_a_footnote_in_a_mail_has_its_sign_between_brackets():
    assert plain("Bel de FG[^1]\n\n[^1]: Zie.") == "Bel de FG[1]\n\n[1] Zie."
