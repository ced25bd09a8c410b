"""Simulated people for a rehearsal: they use the pages over HTTP and watch the real live stream."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Self
from urllib.parse import urljoin

import httpx
from lxml import html

CARD = re.compile(rb'<article class="cr-message"[^>]* id="m-(\d+)"')
STREAM = re.compile(r'hx-sse:connect="([^"]+)"')
QUESTION = re.compile(rb'name="option" value="([^"]+)"')
SAID = "string((//*[@data-refusal] | //main[not(.//*[@data-refusal])])[1])"
PATIENCE = httpx.Timeout(30, read=60)


class Stuck(Exception):  # noqa: N818 -- reads as a sentence in the rehearsal's report
    """Somebody could not go on: the page and what it said."""


@dataclass
class Player:
    """One person with one browser: a name, a session, and what appeared on the screen and when."""

    name: str
    base_url: str
    seen: Counter[int] = field(default_factory=Counter)
    arrived: dict[int, float] = field(default_factory=dict)
    cards: "asyncio.Queue[tuple[int, str | None]]" = field(default_factory=asyncio.Queue)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    page: Any = None
    text: str = ""

    async def __aenter__(self) -> Self:
        limits = httpx.Limits(max_connections=4)
        self.client = httpx.AsyncClient(base_url=self.base_url, timeout=PATIENCE, limits=limits)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def open(self, address: str) -> None:
        """Open a page, following redirects."""
        self._arrive(await self.client.get(address, follow_redirects=True))

    async def download(self, address: str) -> bytes:
        """Fetch a file."""
        response = await self.client.get(address)
        if response.status_code != 200:
            raise Stuck(f"{self.name} could not download {address}: status {response.status_code}")
        return response.content

    async def submit(self, action: str, values: Mapping[str, str | None]) -> None:
        """Fill in the form on this page whose address ends in *action* (empty: the one without), and send it."""
        forms = [form for form in self.page.forms if _goes_to(form.get("action"), action)]
        if not forms:
            raise Stuck(f"{self.name} found no form for {action} on {self.page.base_url}")
        fields = {key: value for key, value in forms[0].form_values()}  # noqa: C416 -- the last value of a name counts
        fields |= {key: value for key, value in values.items() if value is not None}
        target = urljoin(self.page.base_url, forms[0].action or self.page.base_url)
        self._arrive(await self.client.post(target, data=fields, follow_redirects=True))

    def _arrive(self, response: httpx.Response) -> None:
        if response.status_code >= 400:
            said = " ".join(str(html.fromstring(response.text).xpath(SAID)).split())
            raise Stuck(
                f"{self.name} was refused at {response.url.path} ({response.status_code}): {said[:300]}"
            )
        self.text = response.text
        self.page = html.fromstring(response.text, base_url=str(response.url))

    def number(self, xpath: str) -> int:
        """The number in the first address or id that *xpath* finds on this page."""
        found = self.page.xpath(xpath)
        digits = re.search(r"(\d+)", str(found[0])) if found else None
        if digits is None:
            raise Stuck(f"{self.name} found no {xpath} on {self.page.base_url}")
        return int(digits[1])

    async def watch(self) -> None:
        """Watch this page's live stream until cancelled; whatever breaks is reconnected after the last frame."""
        found = STREAM.search(self.text)
        if found is None:
            raise Stuck(f"{self.name} found no live stream on {self.page.base_url}")
        address = unescape(found[1])
        last: int | None = None
        while True:
            headers = {"Last-Event-ID": str(last)} if last is not None else {}
            try:
                async with self.client.stream("GET", address, headers=headers) as response:
                    self.ready.set()
                    buffer = b""
                    async for chunk in response.aiter_raw():
                        buffer += chunk
                        *events, buffer = buffer.split(b"\n\n")
                        for event in events:
                            position = self._take(event, time.time())  # noqa: TID251 -- the wall clock is what is measured
                            last = last if position is None else position
            except httpx.HTTPError:
                await asyncio.sleep(0.1)

    def _take(self, event: bytes, at: float) -> int | None:
        position = re.search(rb"^id: (\d+)$", event, re.MULTILINE)
        if position is None:
            return None
        card = CARD.search(event)
        if card:
            self.seen[int(card[1])] += 1
            self.arrived.setdefault(int(card[1]), at)
            option = QUESTION.search(event)
            self.cards.put_nowait((int(card[1]), option[1].decode() if option else None))
        return int(position[1])


async def join(player: Player, code: str, seat: str) -> None:
    """Join an exercise by its code, without an account, and open the room."""
    await player.open(f"/exercises/join/{code}")
    await player.submit("", {"name": player.name, "seat": seat})


async def sign_in(player: Player, secret: str) -> None:
    """Sign in with a one-time link."""
    await player.open(f"/sign-in/{secret}")
    await player.submit(secret, {})


def _goes_to(address: str | None, action: str) -> bool:
    return address.endswith(action) if address and action else not address and not action
