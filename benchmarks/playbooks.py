"""How long does it take to read, compare and set playbooks?

    python benchmarks/playbooks.py

Comparison: a playbook of 20 pages (10,000 words: the shipped ransomware playbook and as much of others as is needed)
against itself with edits. The time is that of everything between two texts and a finished comparison, without any
cache; reading the two files (which the application keeps) is given beside it. Peer in the same run: difflib of the
standard library, word by word, which knows no steps and no moves.
"""

import difflib
import random
import re
import statistics
import time
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from cyberready.playbooks import comparison, formats
from cyberready.settings import content_root

WORDS = 10_000
ROUNDS = 7
EDITS = {"5 words": 5, "50 words": 50, "500 words": 500, "5,000 words": 5_000}


def long_playbook() -> str:
    """A valid playbook of at least 10,000 words."""
    folder = content_root() / "playbooks"
    text = (folder / "ransomware-bij-de-gemeente.md").read_text("utf-8")
    phases = text[text.index("\n## ") :]
    number = 1
    while len(text.split()) < WORDS:
        number += 1
        text += re.sub(r"(\{#|\(#|Daarna: )([a-z0-9-]+)", rf"\1\2-{number}", phases)
    return re.sub(r"(Daarna: )einde-\d+", r"\1einde", text)


def edited(text: str, edits: int) -> str:
    """The text with so many words changed where words are free, and a step that moved."""
    dice = random.Random(edits)
    lines = text.split("\n")
    free = [at for at, line in enumerate(lines) if re.match(r"(- \[ \] )?[A-Z][a-z]+ ", line)]
    for _ in range(edits):
        line = dice.choice(free)
        words = lines[line].split(" ")
        places = [at for at, word in enumerate(words) if word.isalpha() and not words[at - 1].endswith("{{")]
        if places:
            words[dice.choice(places)] = dice.choice(("gewijzigd", "anders", "direct"))
        lines[line] = " ".join(words)
    steps = "\n".join(lines).split("\n### ")
    steps.insert(3, steps.pop(5))
    return "\n### ".join(steps)


def milliseconds(work: Callable[[], object]) -> list[float]:
    found = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        found.append((time.perf_counter() - start) * 1000)
    return found


def compare_all(table: Table) -> None:
    old = long_playbook()
    before = formats.parse(old)
    for name, edits in EDITS.items():
        new = edited(old, edits)
        after = formats.parse(new)

        def work(new=new, after=after):
            return comparison.compare(comparison.text(old, before), comparison.text(new, after))

        found = work()
        assert (found.old_text, found.new_text) == (old, new)
        times = milliseconds(work)
        reading = milliseconds(lambda new=new: formats.parse(new))
        peer = milliseconds(
            lambda new=new: difflib.SequenceMatcher(
                None, old.split(), new.split(), autojunk=True
            ).get_opcodes()
        )
        table.add_row(
            f"comparison of 20 pages, {name} changed",
            str(len(found.changes)),
            f"{statistics.median(times):.0f} ms",
            f"{max(times):.0f} ms",
            "300 ms",
            f"{statistics.median(reading):.0f} ms",
            f"{statistics.median(peer):.0f} ms",
        )


def main() -> None:
    table = Table()
    for column in ("what", "changes", "p50", "max", "target", "reading one file", "difflib"):
        table.add_column(column)
    compare_all(table)
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
