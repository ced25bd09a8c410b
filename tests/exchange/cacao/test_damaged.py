"""Files that something happened to: refused in sentences or read, never a crash."""

import json
import random
from pathlib import Path

import pytest

from cyberready.exchange.cacao import conversion
from cyberready.platform.faults import FaultsFound

DOCUMENTS = [path.read_text() for path in sorted((Path(__file__).parent / "examples").glob("*.json"))]
VALUES = [
    None,
    True,
    0,
    -1,
    1.5,
    "",
    "x",
    "__x__",
    [],
    {},
    [1],
    {"a": 1},
    [[]],
    "a\n## x",
    "{{ x }}",
    "#= AAAA",
]
STAMP = conversion.Stamp("2026-11-23T00:00:00.000Z", "2026-11-23T00:00:00.000Z")


def spots(value):
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from spots(value[key])


@pytest.mark.parametrize("seed", range(120))
def test_one_wrong_part_is_no_crash(seed):
    chance = random.Random(seed)
    value = json.loads(chance.choice(DOCUMENTS))
    holder, key = chance.choice(list(spots(value)))
    if chance.random() < 0.3:
        del holder[key]
    else:
        holder[key] = chance.choice(VALUES)
    data = json.dumps(value).encode()
    try:
        source, _ = conversion.read(data)
    except FaultsFound as found:
        said = [str(fault) for fault in found.faults]
        source = None
    else:
        said = ["read"]
    assert all(said)
    assert source is None or conversion.write(source, STAMP)[0] == data
