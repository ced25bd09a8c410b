"""Markdown as data for the typesetter: a tree of blocks and runs in which every text is only text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markdown_it.token import Token

from cyberready.exchange.pdf.lettering import showable
from cyberready.platform import markdown
from cyberready.platform.outline import Block, blocks

Node = dict[str, Any]
FACES = {"strong": "bold", "em": "italic", "s": "struck"}
SIGNATURES = ((b"\x89PNG", "png"), (b"\xff\xd8", "jpg"), (b"RIFF", "webp"), (b"GIF8", "gif"))
DEEPEST = 12  # blocks inside blocks; what is deeper is set as running text


@dataclass(slots=True)
class Setter:
    """Sets Markdown; ``places`` are the ids that a link within the document may lead to, ``pictures`` the images.

    ``pictures`` are bytes by SHA-256; of an image that is not there the words are told. ``files`` are those that were set,
    by the name that the data uses.
    """

    places: frozenset[str] = frozenset()
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def blocks(self, text: str) -> list[Node]:
        """The blocks of a Markdown text."""
        tokens = markdown.parser().parse(text)
        return [node for block in blocks(tokens) for node in self._block(block, 0)] if tokens else []

    def runs(self, text: str) -> list[Node]:
        """The runs of Markdown of one paragraph."""
        found = self.blocks(text)
        return found[0]["runs"] if found and "runs" in found[0] else _words(text)

    def _block(self, block: Block, depth: int) -> Iterator[Node]:
        kind = block.kind
        if kind in {"paragraph", "heading"}:
            yield {"kind": kind, "runs": self._runs(block.tokens[1].children or [])}
        elif kind in {"bullet_list", "ordered_list"}:
            start = block.tokens[0].attrs.get("start", 1)
            items = [self._item(item, depth) for item in block.inner]
            yield {"kind": "list", "ordered": kind == "ordered_list", "start": int(start), "items": items}
        elif kind == "blockquote":
            yield {"kind": "quote", "blocks": self._inner(block, depth)}
        elif kind in {"fence", "code_block"}:
            yield {"kind": "code", "text": showable(block.tokens[0].content.rstrip("\n"))}
        elif kind == "table":
            yield self._table(block.tokens)
        elif kind == "hr":
            yield {"kind": "rule"}

    def _inner(self, block: Block, depth: int) -> list[Node]:
        if depth == DEEPEST:
            return [{"kind": "paragraph", "runs": _words(_said(block.tokens))}]
        return [node for inner in block.inner for node in self._block(inner, depth + 1)]

    def _item(self, item: Block, depth: int) -> Node:
        return {"box": item.is_task, "blocks": self._inner(item, depth)}

    def _table(self, tokens: Sequence[Token]) -> Node:
        rows: list[list[list[Node]]] = []
        for token in tokens:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(self._runs(token.children or []))
        return {"kind": "table", "header": rows[0], "rows": rows[1:]}

    def _runs(self, tokens: Sequence[Token]) -> list[Node]:
        found: list[Node] = []
        faces: dict[str, bool] = {}
        target = ""
        for token in tokens:
            name, _, way = token.type.rpartition("_")
            if name in FACES:
                faces[FACES[name]] = way == "open"
            elif name == "link":
                target = str(token.attrs.get("href", "")) if way == "open" else ""
            elif picture := self._picture(token):
                found.append(picture)
            elif text := self._text(token):
                faces_now = {face: True for face, holds in faces.items() if holds}
                found.append({"text": text, **faces_now, **self._leads(target)})
                if token.type in {"code_inline", "note"}:
                    found[-1]["code" if token.type == "code_inline" else "raised"] = True
        return found

    def _text(self, token: Token) -> str:
        if token.type in {"softbreak", "hardbreak"}:
            return " " if token.type == "softbreak" else "\n"
        if token.type == "image":
            return showable(f"[{token.content}]")
        if token.type == "html_inline":  # only the boxes of check lists: HTML itself is off
            return ""
        return showable(token.info if token.type == "note" else token.content)

    def _picture(self, token: Token) -> Node | None:
        digest = str(token.attrs.get("src", "")).removeprefix("image:") if token.type == "image" else ""
        data = self.pictures.get(digest)
        kind = next((name for start, name in SIGNATURES if data and data.startswith(start)), "")
        if not data or not kind:
            return None
        self.files[f"{digest}.{kind}"] = data
        return {"image": f"{digest}.{kind}", "text": showable(token.content) or "-"}

    def _leads(self, target: str) -> Node:
        if target.startswith("#"):
            return {"place": target[1:]} if target[1:] in self.places else {}
        return {"url": target} if target.isascii() and ":" in target else {}


def plain(text: str) -> list[Node]:
    """Plain text as runs."""
    return _words(text)


def _words(text: str) -> list[Node]:
    return [{"text": showable(text)}] if text else []


def _said(tokens: Sequence[Token]) -> str:
    return " ".join(token.content for token in tokens if token.type in {"inline", "fence", "code_block"})
