"""Markdown to safe HTML: raw HTML is off, links are http(s), mail, tel or local, and nothing becomes active."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup
from mdit_py_plugins.tasklists import tasklists_plugin

IMAGE = re.compile(r"!\[([^\[\]]*)\]\(image:([0-9a-f]{64})\)")
LINK = re.compile(r"^(https?:|mailto:|tel:|#|/(?!/))", re.IGNORECASE)


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """The one Markdown dialect of the house: CommonMark with tables, strike-through, task lists and bare links."""
    made = MarkdownIt("commonmark", {"html": False, "linkify": True, "typographer": False})
    made.enable(["table", "strikethrough", "linkify"])
    made.disable("image")
    made.inline.ruler.before("link", "kept_image", _kept_image)
    made.use(tasklists_plugin, label=True)
    made.validateLink = lambda url: bool(LINK.match(url.strip()))  # type: ignore[method-assign]  # the documented way
    return made


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


def images(tokens: Sequence[Token]) -> Iterator[Token]:
    """The images among *tokens*; ``content`` says what one shows and ``src`` is ``image:<SHA-256>``."""
    for token in tokens:
        yield from (child for child in token.children or () if child.type == "image")


def render(
    text: str, *, heading_from: int = 3, images_at: Callable[[str], str | None] | None = None
) -> Markup:
    """Return *text* as safe HTML; its headings start at level *heading_from*, below the page's own.

    *images_at* gives the address of an image by its SHA-256, or None; without an address its words are shown.
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
    html = parser().renderer.render(tokens, parser().options, {})
    return Markup(html)  # noqa: S704 -- html is off and every link is checked


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
        else:
            words.append(child.content)
    return "".join(words)


def _box(html: str) -> str:
    if "<input" not in html:
        return ""
    return "[x]" if "checked=" in html else "[ ]"
