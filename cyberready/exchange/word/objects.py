"""Objects in a Word file that have no form in a playbook (diagrams, charts, other files), with the words in them."""

from collections.abc import Iterator
from html import unescape

from cyberready.exchange.limits import Element
from cyberready.exchange.word.parts import File, child, is_on, value, whole, within

LONGEST_CHUNK = 1_000_000  # bytes of another file of which the words are told
TEXTS = (".html", ".htm", ".xhtml", ".mht", ".txt", ".xml")
DIAGRAM = "A diagram (SmartArt) cannot be taken over; it says: %(text)s"
CHART = "A chart cannot be taken over; it says: %(text)s"
OBJECT = (
    "An object of another program (%(program)s) cannot be taken over; only its picture is, if it has one."
)
CHUNK = (
    "Text of another file (%(name)s) stands here, which Word only takes in when it opens the document. Open the"
    " document in Word, save it and bring it in again. The words: %(text)s"
)

Told = tuple[str, dict[str, object]]
"""A sentence of what is lost, with its values."""


def told(file: File, part: str, drawing: Element) -> Iterator[Told]:
    """What a drawing of *part* holds besides pictures and text boxes."""
    for one in within(drawing, "relIds"):
        yield DIAGRAM, {"text": _words(file, part, value(one, "dm", "r"))}
    for one in within(drawing, "chart"):
        if relation := value(one, "id", "r"):
            yield CHART, {"text": _words(file, part, relation)}
    for one in within(drawing, "OLEObject"):
        yield OBJECT, {"program": one.get("ProgID", "-")}


def chunk(file: File, part: str, node: Element) -> Told:
    """A file that is put in as it is, with its words where it is plain text or a page."""
    _, target, outside = file.related(part).get(value(node, "id", "r"), ("", "-", True))
    said = "-"
    if not outside and target in file.package and target not in file.told and target.lower().endswith(TEXTS):
        file.told.add(target)
        page = file.package.bytes(target, LONGEST_CHUNK).decode("utf-8", "replace")
        first, *others = page.split("<")
        said = unescape(" ".join([first, *(one.partition(">")[2] for one in others)]))
    return CHUNK, {"name": target.rpartition("/")[2], "text": " ".join(said.split()) or "-"}


def _words(file: File, part: str, relation: str) -> str:
    """The words of the part behind a relation, once; a dash when there are none."""
    _, target, outside = file.related(part).get(relation, ("", "", True))
    if outside or target not in file.package or target in file.told:
        return "-"
    file.told.add(target)
    root = file.package.xml(target)
    said = [one.text.strip() for one in within(root, "a:t", "v") if one.text and one.text.strip()]
    return " / ".join(said) or "-"


def ticked(form: Element) -> str:
    """The box of an old form field; empty when it has none."""
    box = child(form, "w:checkBox")
    if box is None:
        return ""
    state = child(box, "w:checked")
    return "☒" if is_on(child(box, "w:default") if state is None else state) else "☐"


def offered(about: Element | None) -> list[str]:
    """What can be chosen in a content control with these properties; nothing when it is no list to choose from."""
    listed = child(about, "w:dropDownList")
    listed = child(about, "w:comboBox") if listed is None else listed
    items = () if listed is None else within(listed, "w:listItem")
    return [value(one, "displayText") or value(one, "value") for one in items]


def choices(form: Element) -> tuple[str, list[str]]:
    """What is chosen in the list of an old form field, and all that can be."""
    listed = child(form, "w:ddList")
    said = [] if listed is None else [value(one) for one in within(listed, "w:listEntry")]
    chosen = child(listed, "w:result")
    at = whole(value(child(listed, "w:default") if chosen is None else chosen))
    return (said[at] if at < len(said) else ""), said
