"""Images of playbooks are kept once per organisation, under the hash of what is shown."""

import io
from functools import partial

import pytest
from PIL import Image

from cyberready.kernel.actor import SYSTEM
from cyberready.kernel.refusals import NotFound, Refused
from cyberready.platform import markdown
from cyberready.platform.realm import Realm
from cyberready.playbooks import actions_images, queries_images
from cyberready.trail import queries as trails
from tests.world import START


def picture(colour="red", kind="PNG"):
    sink = io.BytesIO()
    Image.new("RGB", (30, 20), colour).save(sink, kind)
    return sink.getvalue()


@pytest.fixture
def keep(database, town):
    def keeping(data, home=town.home):
        work = partial(actions_images.keep, realm=Realm(home.id), data=data, actor=SYSTEM, now=START)
        return database.transact(work)

    return keeping


def kinds(database, home):
    def work(session):
        head = trails.organisation_trail(session, home.id)
        return [line.kind for line in trails.lines(session, head.id, after=0, limit=500)]

    return database.read(work)


def test_an_image_is_kept_once_and_recorded_once(database, town, keep):
    one, same, other = keep(picture()), keep(picture()), keep(picture("blue"))
    assert one.id == same.id != other.id
    assert one.markdown_target == f"image:{one.digest}"
    assert kinds(database, town.home).count("image.kept") == 2


def test_an_image_comes_back_for_its_organisation_only(database, town, keep):
    made = keep(picture())
    found = database.read(lambda session: queries_images.image(session, Realm(town.home.id), made.digest))
    assert Image.open(io.BytesIO(found.data)).size == (30, 20)
    with pytest.raises(NotFound):
        database.read(lambda session: queries_images.image(session, Realm(town.region.id), made.digest))


def test_what_is_refused_leaves_nothing(database, town, keep):
    with pytest.raises(Refused):
        keep(b"<svg/>")
    assert "image.kept" not in kinds(database, town.home)


def test_images_that_a_text_names_and_nobody_kept_are_found(database, town, keep):
    made, foreign = keep(picture()), keep(picture("blue"), town.region)
    text = f"![a](image:{made.digest}) ![b](image:{foreign.digest}) ![a](image:{made.digest})"
    assert queries_images.named(text) == (made.digest, foreign.digest)
    missing = database.read(lambda session: queries_images.missing(session, Realm(town.home.id), text))
    assert missing == (foreign.digest,)
    kept = database.read(
        lambda session: queries_images.images(session, Realm(town.home.id), queries_images.named(text))
    )
    assert list(kept) == [made.digest]


def test_nobody_changes_or_removes_a_kept_image(database, town, keep):
    made = keep(picture())
    for statement in ("UPDATE playbook_images SET media_type = 'text/html'", "DELETE FROM playbook_images"):
        with pytest.raises(Exception, match="append-only"):
            database.transact(
                lambda session, said=statement: session.connection().exec_driver_sql(said), attempts=1
            )
    assert database.read(
        lambda session: queries_images.image(session, Realm(town.home.id), made.digest)
    ).media_type


DIGEST = "0123456789abcdef" * 4


def test_markdown_shows_an_image_by_its_address():
    shown = markdown.render(f"Zie ![het *plein* <b>](image:{DIGEST}).", images_at="/i/{}".format)
    assert shown == f'<p>Zie <img src="/i/{DIGEST}" alt="het *plein* &lt;b&gt;" loading="lazy">.</p>\n'


def test_markdown_shows_the_words_where_there_is_no_image():
    assert markdown.render(f"![het plein](image:{DIGEST})") == "<p>[het plein]</p>\n"
    assert markdown.plain(f"![het plein](image:{DIGEST})") == "het plein"


@pytest.mark.parametrize(
    "text",
    [
        f"![x](image:{DIGEST[:-1]})",
        f"![x](image:{DIGEST.upper()})",
        f"![x](IMAGE:{DIGEST})",
        "![x](https://elders.example/x.png)",
        "![x](/playbooks/images/x)",
        f"`![x](image:{DIGEST})`",
        f"\\![x](image:{DIGEST})",
    ],
)
def test_nothing_else_becomes_an_image(text):
    assert "<img" not in markdown.render(text, images_at="/i/{}".format)
