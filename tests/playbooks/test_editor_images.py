"""Images that a writer puts in, and what a step refers to."""

import io
from functools import partial

import pytest
from PIL import Image

from cyberready.playbooks import (
    actions_images,
)
from tests.playbooks.pages import url, words


def picture():
    sink = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(sink, "PNG")
    return sink.getvalue()


def test_an_image_is_kept_named_and_shown_to_its_organisation(writer, browser, town):
    sent = {"image-image": (io.BytesIO(picture()), "foto.png"), "image-alt": "Het [rode] plein"}
    page = writer.post("/playbooks/images", sent, status=200)
    target = page.select_one("[data-image-text]")["data-image-text"]
    assert target.startswith("![Het (rode) plein](image:")
    digest = target[-65:-1]
    writer.get(f"/playbooks/images/{digest}")
    assert writer.response.mimetype == "image/png"
    assert "immutable" in writer.response.headers["Cache-Control"]
    foreign = browser.another().sign_in(town["public_safety"], town.region)
    foreign.get(f"/playbooks/images/{digest}", status=404)
    assert browser.another().client.get(f"/playbooks/images/{digest}").status_code == 302


@pytest.mark.parametrize(
    ("data", "alt", "said"),
    [
        (b"<svg/>", "x", "Een SVG-tekening"),
        (b"", "x", "Kies een afbeelding."),
        (b"niets", "x", "Dit is geen afbeelding"),
        (picture(), " ", "Zeg wat er te zien is"),
    ],
)
def test_an_image_that_is_refused_says_why_and_keeps_the_words(writer, data, alt, said):
    sent = {"image-image": (io.BytesIO(data), "x.png"), "image-alt": alt}
    page = writer.post("/playbooks/images", sent, status=422)
    assert said in words(page, ".cr-error-summary")[0]
    assert page.select_one('input[name="image-alt"]')["value"] == alt


def test_an_image_stands_in_the_preview_and_a_lost_one_is_a_fault(writer, draft, act):
    made = act(partial(actions_images.keep, data=picture()))
    typed = f"### Ruim op {{#ruim-op}}\n\n- Rol: ict\n\n![plein](image:{made.digest})\n\n![weg](image:{'0' * 64})\n"
    page = writer.post(url(draft, "preview"), {"section": "ruim-op", "text": typed}, status=200, htmx=True)
    shown = [(one["src"], one["alt"]) for one in page.select("img")]
    assert shown[0] == (f"/playbooks/images/{made.digest}", "plein")
    assert words(page, "#editor-preview li")[0].startswith(
        "Regel 7 : Er is hier geen afbeelding 000000000000."
    )


def test_what_a_step_refers_to_and_is_not_there_is_a_fault_at_its_line(writer, draft):
    typed = "### Ruim op {#ruim-op}\n\n- Rol: ict\n- Termijnen: AVG-34x\n- Draaiboeken: stroomstoring, weg\n"
    page = writer.post(url(draft, "preview"), {"section": "ruim-op", "text": typed}, status=200, htmx=True)
    assert [said[:38] for said in words(page, ".cr-faults li")] == [
        "Regel 4 : Er is geen wettelijke termij",
        "Regel 5 : Er is geen draaiboek weg. Ki",
    ]
