"""What tests read from pages of playbooks."""

from cyberready.playbooks import editing, sections


def words(page, selector):
    return [" ".join(element.get_text(" ", strip=True).split()) for element in page.select(selector)]


def buttons(page):
    return words(page, "main button")


def section(source, key):
    return sections.find(editing.sections(source), key)


def value(page, name):
    return page.select_one(f'form[data-writing] [name="{name}"]')["value"]


def text(page):
    return page.select_one("textarea#editor-text").get_text().removeprefix("\n")


def url(draft, rest="edit"):
    return f"/playbooks/drafts/{draft.id}/{rest}"


def form_of(page):
    """What the form of a step would send."""
    form = page.select_one("form[data-writing]")
    values = {one["name"]: one.get("value", "") for one in form.select("input[name]:not([type=checkbox])")}
    for field in ("messages", "contacts", "clocks", "playbooks"):
        values[field] = [one["value"] for one in form.select(f"input[name={field}][checked]")]
    values |= {
        one["name"]: one.get_text().removeprefix("\n").removeprefix("\r\n") for one in form.select("textarea")
    }
    for one in form.select("select"):
        chosen = one.select_one("option[selected]") or one.select_one("option")
        values[one["name"]] = chosen["value"]
    return values
