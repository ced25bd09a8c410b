"""A small playbook, and what hypothesis writes."""

from hypothesis import strategies as st

SMALL = """\
---
slug: stroomstoring
title: Stroomstoring
language: nl
version: "1.0"
summary: Een kort draaiboek voor tests.
owner: CISO
review_months: 12
roles:
  ciso: CISO
  ict: Manager ICT
---

Dit draaiboek is voor [de eerste stap](#kijk).

## Signaleren

Eerst kijken.

### Kijk wat er aan de hand is {#kijk}

- Rol: ciso
- Vervanger: ict
- Tijd: 15 minuten
- Resultaat: Er is een beeld.
- Bewijs: Logregel.

- [ ] Kijk naar buiten.
- [ ] Bel de netbeheerder.

> **Let op:** raak niets aan.

> **Besluit: Is het de hele wijk?** {#besluit-wijk}
> - Ja → [Waarschuw](#waarschuw)
> - Nee -> [Herstel](#herstellen)

## Herstellen {#herstellen}

### Waarschuw de bewoners {#waarschuw}

- Role: ict
- Within: 2 hours

Bel aan.

### Ruim op {#ruim-op}

- Rol: ict
"""


def changed(*pairs):
    """The small playbook with each (old, new) replaced; every old text must stand there."""
    text = SMALL
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


TITLES = st.text(st.sampled_from("abcdefg XYZ éë 0123456789"), min_size=1, max_size=30).filter(
    lambda text: text.strip() and not text.strip()[0].isdigit()
)
STEPS = st.lists(
    st.tuples(TITLES, st.sampled_from(["ciso", "ict"]), st.integers(0, 9999) | st.none()), max_size=4
)
PHASES = st.lists(st.tuples(TITLES, STEPS), min_size=1, max_size=4)


def written(phases):
    """A playbook file with these phases of (title, steps of (title, role, minutes))."""
    lines = [SMALL[: SMALL.index("Dit draaiboek")]]
    for number, (title, steps) in enumerate(phases):
        lines.append(f"## {title} {{#fase-{number}}}\n")
        for order, (step, role, minutes) in enumerate(steps):
            lines.append(f"### {step} {{#stap-{number}-{order}}}\n\n- Rol: {role}")
            lines += [f"- Tijd: {minutes} minuten"] if minutes is not None else []
            lines.append(f"\nDoe {number}.{order}.\n")
    return "\n".join(lines) + "\n"
