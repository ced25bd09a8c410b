"""One person behind one browser, and what is asked of every page."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

PATIENCE = 15_000  # milliseconds; two cores serve every test at once
expect.set_options(timeout=PATIENCE)
REFUSAL = re.compile(r"\bstatus (of )?4\d\d\b")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": RULES}}
VIOLATIONS = "options => axe.run(document, options).then((found) => found.violations)"
TELL_POLICY = """
document.addEventListener("securitypolicyviolation",
  (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""
OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const inside = (element) => element.closest(".cr-table-wrap, .cr-hidden, pre");
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > wide + 1 && !inside(element))
    .map((element) => `${element.tagName}.${element.className.baseVal ?? element.className} ${element.textContent.trim().slice(0, 40)}`)
    .slice(0, 6);
}"""
OVERFLOWING = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Screen:
    """A browser context with one page at a time; console errors and refusals of the policy are kept in ``faults``."""

    def __init__(self, chromium, base_url, width, height, **options) -> None:
        self.faults = []
        self.context = chromium.new_context(
            base_url=base_url,
            viewport={"width": width, "height": height},
            **{"locale": "nl-NL", "timezone_id": "Europe/Amsterdam", **options},
        )
        self.context.add_init_script(TELL_POLICY)
        self.page = self.tab()

    def tab(self):
        """Another tab of the same person."""
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: message.type == "error" and self._fault(page, message.text))
        page.on("pageerror", lambda error: self._fault(page, str(error)))
        return page

    def _fault(self, page, text: str) -> None:
        if not REFUSAL.search(text):  # a refusal is an answer, not a fault
            self.faults.append(f"{page.url}: {text}")

    def open(self, path: str) -> None:
        """Go to a page."""
        self.page.goto(path)

    def form(self, action: str):
        """The form that posts to an address that ends in *action*; empty for a page that posts to itself."""
        return self.page.locator(f"main form[action$='{action}']" if action else "main form").first

    def type_in(self, action: str, **typed: str):
        """Fill in fields of a form by their names, opening the part of the page that holds it."""
        form = self.form(action)
        folded = form.locator("xpath=ancestor::details[not(@open)]")
        if folded.count():
            folded.first.locator("summary").first.click()
        for name, value in typed.items():
            field = form.locator(f"[name='{name}']").first
            kind = field.evaluate("field => field.type")
            if kind == "radio":
                form.locator(f"[name='{name}'][value='{value}']").check()
            elif kind.startswith("select"):
                field.select_option(value)
            else:
                field.fill(value)
        return form

    def send(self, action: str, **typed: str) -> None:
        """Fill in a form and send it."""
        self.type_in(action, **typed).locator("button[type=submit]").first.click()

    def see(self, selector: str, text: str | None = None, timeout: float = PATIENCE) -> None:
        """Wait until the page shows this, without reloading it."""
        place = self.page.locator(selector)
        if text is None:
            expect(place.first).to_be_visible(timeout=timeout)
        else:
            expect(place.filter(has_text=text).first).to_be_visible(timeout=timeout)

    def live(self) -> None:
        """Wait until the live stream is open."""
        self.see("[data-live=on]")

    def number(self) -> int:
        """The last number in the address of this page."""
        return int([part for part in self.page.url.replace("?", "/").split("/") if part.isdecimal()][-1])

    # --- what every page must be ------------------------------------------------------------------------------

    def barriers(self) -> list[str]:
        """What axe finds on this page."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(Axe().axe_script)
        found = self.page.evaluate(VIOLATIONS, OPTIONS)
        return [
            f"{self.page.url} {one['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][:200]}"
            for one in found
            for node in one["nodes"][:4]
        ]

    def overflow(self) -> list[str]:
        """What sticks out to the right."""
        if self.page.evaluate(OVERFLOWING) <= 0:
            return []
        width = self.page.viewport_size["width"]
        return [f"{self.page.url} at {width}: {self.page.evaluate(OVERFLOW)}"]

    def resize(self, width: int, height: int = 844) -> None:
        """Make the window this large."""
        self.page.set_viewport_size({"width": width, "height": height})
