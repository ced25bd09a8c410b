"""The names that a Word file carries: who made it, who saved it last, who changed it with tracked changes."""

from collections.abc import Iterator

from cyberready.exchange.authors import AUTHOR, LAST, LONGEST, TRACKED, Named
from cyberready.exchange.word.parts import File, relations, value
from cyberready.kernel.refusals import Refused

CHANGES = ("{*}ins", "{*}del", "{*}moveFrom", "{*}moveTo")


def people(file: File) -> Iterator[Named]:
    """Every name with its place, once for each place."""
    for kind, target, outside in dict.fromkeys(relations(file.package, "").values()):
        if kind == "core-properties" and not outside and target in file.package:
            try:
                root = file.package.xml(target)
            except Refused:
                continue  # the text can be read all the same
            for tag, where in (("{*}creator", AUTHOR), ("{*}lastModifiedBy", LAST)):
                name = (root.findtext(tag) or "").strip()[:LONGEST]
                if name:
                    yield Named(name, where)
    changed = dict.fromkeys(value(one, "author").strip()[:LONGEST] for one in file.body.iter(*CHANGES))
    yield from (Named(name, TRACKED) for name in changed if name)
