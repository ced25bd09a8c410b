"""Markdown to safe HTML: raw HTML is off, links are http(s), mail, tel or local, and nothing becomes active."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_block import StateBlock, reference
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup
from mdit_py_plugins.tasklists import tasklists_plugin

IMAGE = re.compile(r"!\[([^\[\]]*)\]\(image:([0-9a-f]{64})\)")
BRACKETS = str.maketrans("[]", "()")
FILE = re.compile(
    r"([a-z0-9]+(?:[-_][a-z0-9]+)*)(?:\.[a-z]{2})?\.md(#[\w-]+)?"
)  # another text beside this one
NOTE = re.compile(r"\[\^([^\[\]\s^]{1,40})\](:(?=[ \t]))?")
LINK_SIGN = re.compile(r"//|@|\.\w")  # no bare link is without: https://a, mailto:a@b, a@b.nl, a.nl
LINK = re.compile(rf"^(https?:|mailto:|tel:|#|/(?!/)|{FILE.pattern}$)", re.IGNORECASE)
TAGS = {
    *(
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "blockquote",
        "pre",
        "code",
        "em",
        "strong",
        "s",
        "sup",
    ),
    *("a", "img", "table", "thead", "tbody", "tr", "th", "td", "hr", "br", "input", "label"),
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "loading"},
    "input": {"type", "checked", "disabled", "class", "id"},
    "label": {"for", "class"},
    "ul": {"class"},
    "li": {"class"},
    "ol": {"start"},
    "code": {"class"},
    "table": {"tabindex"},
}
SCHEMES = {"http", "https", "mailto", "tel"}


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """The one Markdown dialect of the house: CommonMark with tables, strike-through, task lists and bare links,
    and footnotes whose text stands as a paragraph where it is written.
    """
    made = MarkdownIt("commonmark", {"html": False, "linkify": True, "typographer": False})
    made.enable(["table", "strikethrough", "linkify"])
    made.disable("image")
    made.inline.ruler.before("link", "kept_image", _kept_image)
    made.use(tasklists_plugin, label=True)
    read_notes(made)
    bare: Any = made.linkify  # its own first look is thorough: it took a third of the time of all reading
    thorough = bare.pretest
    bare.pretest = lambda text: LINK_SIGN.search(text) is not None and thorough(text)
    made.validateLink = lambda url: bool(LINK.match(url.strip()))  # type: ignore[method-assign]  # the documented way
    return made


def shown(text: str) -> str:
    """What an image shows, as its text holds it: on one line and without square brackets, which would end it."""
    return " ".join(text.translate(BRACKETS).split())


def _kept_image(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 -- the signature is markdown-it's
    """Read ``![what it shows](image:<SHA-256>)``; an image from anywhere else stays what it is: a mark and a link."""
    found = IMAGE.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        token = state.push("image", "img", 0)
        token.attrs = {"src": f"image:{found[2]}", "alt": ""}
        token.content = " ".join(found[1].split())
        told = Token("text", "", 0)
        told.content = token.content
        token.children = [told]
    state.pos += len(found[0])
    return True


def read_notes(made: MarkdownIt) -> None:
    """Let a parser read ``[^1]`` as the sign of a footnote, and ``[^1]: …`` at the start of a line as its text."""
    made.inline.ruler.before("link", "note", _note)
    made.block.ruler.at("reference", _reference, {"alt": []})
    made.add_render_rule("note", _note_sign)


def _note(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 -- the signature is markdown-it's
    found = NOTE.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    starts = not state.pending and (not state.tokens or state.tokens[-1].type in {"softbreak", "hardbreak"})
    whole = found[0] if starts else found[0].removesuffix(":")
    if not silent:
        token = state.push("note", "sup", 0)
        token.content, token.info = whole, found[1]
    state.pos += len(whole)
    return True


def _reference(state: StateBlock, first: int, last: int, silent: bool) -> bool:  # noqa: FBT001 -- markdown-it's
    """Read the address of links by reference; a footnote of one word is none."""
    at = state.bMarks[first] + state.tShift[first]
    return not state.src.startswith("[^", at) and reference(state, first, last, silent)


def _note_sign(_renderer: object, tokens: Sequence[Token], at: int, *_: object) -> str:
    """The sign of a footnote; the text of a second one starts on a line of its own."""
    own_line = "<br>" if at and tokens[at].content.endswith(":") else ""
    return f"{own_line}<sup>{escapeHtml(tokens[at].info)}</sup>"


def images(tokens: Sequence[Token]) -> Iterator[Token]:
    """The images among *tokens*; ``content`` says what one shows and ``src`` is ``image:<SHA-256>``."""
    for token in tokens:
        yield from (child for child in token.children or () if child.type == "image")


def render(
    text: str,
    *,
    heading_from: int = 3,
    images_at: Callable[[str], str | None] | None = None,
    files_at: Callable[[str], str | None] | None = None,
) -> Markup:
    """Return *text* as safe HTML; its headings start at level *heading_from*, below the page's own.

    *images_at* gives the address of an image by its SHA-256, or None; without an address its words are shown.
    *files_at* gives the address of another text by its name without ``.md``; without one its link is only text.
    """
    tokens = parser().parse(text)
    for token in images(tokens):
        digest = str(token.attrs["src"]).removeprefix("image:")
        _show(token, images_at(digest) if images_at else None)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + heading_from - 1)}"
        elif token.type == "table_open":
            token.attrSet("tabindex", "0")  # a table too wide for a phone scrolls by keyboard as well
        elif token.children and ".md" in token.content:
            token.children = list(_led(token.children, files_at))
    html = parser().renderer.render(tokens, parser().options, {})
    return Markup(_clean(html))  # noqa: S704 -- html is off, every link is checked, and what is left was cleaned


def _clean(html: str) -> str:
    """The HTML without anything that we do not make ourselves: a second lock, should the first one fail."""
    return _cleaner(images="<img" in html).clean(html)


@lru_cache
def _cleaner(*, images: bool) -> nh3.Cleaner:
    """What cleans; only an image that we put in may have its data in its address."""
    return nh3.Cleaner(
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES | {"data"} if images else SCHEMES,
        link_rel=None,
        attribute_filter=_no_data_link if images else None,
    )


def _no_data_link(tag: str, attribute: str, value: str) -> str | None:
    return None if tag == "a" and attribute == "href" and value[:5].lower() == "data:" else value


def _led(children: Sequence[Token], files_at: Callable[[str], str | None] | None) -> Iterator[Token]:
    """The tokens of a line in which links to other texts lead to their addresses, or are only text."""
    dropped = False
    for token in children:
        if token.type == "link_open" and (found := FILE.fullmatch(str(token.attrs.get("href", "")))):
            address = files_at(found[1]) if files_at else None
            dropped = address is None
            token.attrs = {"href": f"{address}{found[2] or ''}"}
        if not (dropped and token.type in {"link_open", "link_close"}):
            yield token
        dropped = dropped and token.type != "link_close"


def _show(token: Token, address: str | None) -> None:
    """Make an image token what is shown: the image, or its words where there is none."""
    if address:
        token.attrs = {"src": address, "alt": "", "loading": "lazy"}
    else:
        token.type, token.tag, token.attrs = "text", "", {}
        token.content = f"[{token.content}]"


def plain(text: str) -> str:
    """Return *text* as plain text for mails: markup signs gone but those of lists, links spelled out."""
    said, marker, tight = "", "", False
    for token in parser().parse(text):
        if token.type == "list_item_open":
            marker = f"{token.info}{token.markup} " if token.info else "- "
        elif token.type == "inline":
            said, marker = said + marker + _words(token), ""
        elif token.type in {"fence", "code_block"}:
            said += f"\n\n{token.content.rstrip()}"
        else:
            said += _gap(token, tight=tight and bool(marker))
            tight = token.hidden if token.type == "paragraph_open" else tight
    return said.strip("\n")


def _gap(token: Token, *, tight: bool) -> str:
    """What stands between this block and the one before it."""
    if token.type == "paragraph_open":
        return "\n" if tight and token.hidden else "\n\n"
    return {
        "heading_open": "\n\n",
        "table_open": "\n",
        "tr_open": "\n",
        "td_close": "  ",
        "th_close": "  ",
    }.get(token.type, "")


def _words(token: Token) -> str:
    words: list[str] = []
    target = ""
    for child in token.children or []:
        if child.type == "link_open":
            target = str(child.attrs.get("href", ""))
        elif child.type == "link_close":
            if target and target not in words[-1:]:
                words.append(f" ({target})")
            target = ""
        elif child.type in {"softbreak", "hardbreak"}:
            words.append(" " if child.type == "softbreak" else "\n")
        elif child.type == "html_inline":  # only the boxes of check lists: HTML itself is off
            words.append(_box(child.content))
        elif child.type == "note":
            words.append(f"[{child.info}]")
        else:
            words.append(child.content)
    return "".join(words)


def _box(html: str) -> str:
    if "<input" not in html:
        return ""
    return "[x]" if "checked=" in html else "[ ]"
