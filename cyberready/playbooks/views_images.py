"""Images of playbooks: taking them in and showing them."""

from functools import partial

from flask import Response, request
from flask.typing import ResponseReturnValue

from cyberready.kernel.refusals import Refused
from cyberready.platform.context import now, read, transact
from cyberready.platform.gate import may, realm, who
from cyberready.platform.markdown import shown
from cyberready.platform.texts import gettext as _
from cyberready.platform.web import page
from cyberready.playbooks import actions_images, queries_images
from cyberready.playbooks.forms_editor import ImageForm
from cyberready.playbooks.views_blueprint import blueprint

FOR_EVER = "private, max-age=31536000, immutable"


@blueprint.get("/images/<digest>")
@may("playbooks.read")
def image(digest: str) -> ResponseReturnValue:
    """An image of the reader's organisation; under its hash it never shows anything else."""
    found = read(lambda session: queries_images.image(session, realm(), digest))
    response = Response(found.data, mimetype=found.media_type)
    response.headers["Cache-Control"] = FOR_EVER
    return response


@blueprint.post("/images")
@may("playbooks.write")
def keep_image() -> ResponseReturnValue:
    """Keep an image and say how a text names it; the editor puts that in at the cursor."""
    form = ImageForm(prefix="image")
    data = form.image.data.read() if form.image.data else b""
    if not form.validate() or not data:
        if not data:
            form.image.errors = [_("Choose an image.")]
        return page("playbooks/image", 422, image_form=form, target="")
    keep = partial(actions_images.keep, data=data, actor=who(), now=now())
    try:
        made = transact(lambda session: keep(session, realm()))
    except Refused as refusal:
        form.image.errors = [_(refusal.sentence, **refusal.values)]
        return page("playbooks/image", refusal.status, image_form=form, target="")
    said = shown(form.alt.data or "")
    kept = ImageForm(formdata=None, prefix="image", back=request.form.get("image-back", ""))
    return page("playbooks/image", image_form=kept, target=f"![{said}]({made.markdown_target})")
