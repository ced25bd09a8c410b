"""Plain text as Markdown and as YAML, so that both read it as it was written. Pure."""

import json
import re

SPECIAL = re.compile(r"([\\`*])|(~~)|(&(?=#?\w+;))|((?<!\w)_|_(?!\w))|(\[(?=\^|[^\]]*\][(\[:]))|(\{(?=#))")
OPENS = re.compile(r"^( *)([-+>#=]|~{3}|\d{1,9}[.)](?=\s|$)|\[[ xX]\](?=\s))")
PLAIN = re.compile(r"[^\W\d_][^\n]*")
UNPLAIN = re.compile(r": |:$| #|^(null|true|false|~)$|[\x00-\x1f]")


def escaped(text: str) -> str:
    """Plain text so that Markdown shows it as it is."""
    return SPECIAL.sub(lambda found: "\\" + found[0], text)


def opening(text: str) -> str:
    """The first line of a paragraph, so that Markdown does not take it for a list, quote or heading."""

    def mend(found: re.Match[str]) -> str:
        sign = found[2]
        return sign[:-1] + "\\" + sign[-1] if sign[0].isdigit() else "\\" + sign

    return OPENS.sub(mend, text)


def yaml_text(text: str) -> str:
    """Text of one line as a value of YAML: bare where that is safe, between quotes otherwise."""
    one = " ".join(text.split())
    return one if PLAIN.fullmatch(one) and not UNPLAIN.search(one) else json.dumps(one, ensure_ascii=False)
