"""Comments on a step, beside the draft and beside the release."""

from functools import partial

from cyberready.platform.realm import Realm
from cyberready.playbooks import (
    actions_approval,
    actions_comments,
    queries,
)
from tests.playbooks.pages import url, words


def test_a_comment_on_a_step_of_a_draft(writer, draft, town, browser):
    here = url(draft, "comments?step=kijk")
    page = writer.get(here)
    assert words(page, "h1") == ["Opmerkingen bij: Kijk wat er aan de hand is"]
    writer.post(here, {"text": "Wie <b>belt</b>?"})
    page = writer.follow()
    assert words(page, ".cr-comment .cr-kept") == ["Wie <b>belt</b>?"]
    page = writer.get(url(draft))
    assert "1 opmerking" in words(page, "#at-kijk .cr-tool")[2]
    assert words(page, "#at-kijk p.cr-comment") == ["Test security_officer : Wie <b>belt</b>?"]
    page = writer.get(url(draft, "text"))
    assert words(page, ".cr-beside .cr-comment .cr-kept") == ["Wie <b>belt</b>?"]
    page = writer.get(url(draft, "comments"))
    assert words(page, ".cr-plain .cr-row") == ["Kijk wat er aan de hand is Open: 1 1 opmerking"]
    writer.post("/playbooks/comments/1/resolve", {"back": here})
    page = writer.follow()
    assert words(page, ".cr-comment .cr-badge") == ["Afgehandeld"]


def test_a_comment_on_a_release_by_who_may_only_read(browser, draft, town, act, database):
    release = database.read(lambda session: queries.current(session, Realm(town.home.id), "stroomstoring"))
    here = f"/playbooks/stroomstoring/versions/{release.id}/comments?step=kijk"
    reader = browser.sign_in(town["administrator"], town.home)
    reader.post(here, {"text": ""}, status=422)
    reader.post(here, {"text": "Onduidelijk."})
    page = reader.follow()
    assert words(page, ".cr-comment .cr-kept") == ["Onduidelijk."]
    other = browser.another().sign_in(town["exercise_leader"], town.home)
    assert other.get(here)


def test_somebody_elses_comment_is_not_resolved_by_a_reader(browser, draft, town, act):
    act(partial(actions_comments.on_draft, draft_id=draft.id, step_id="kijk", text="Wie?"))
    signing = [(town["administrator"].id, "directeur")]
    act(
        partial(actions_approval.set_mandate, playbook_id=draft.playbook_id, approvers=signing, in_order=True)
    )
    reader = browser.sign_in(town["administrator"], town.home)
    page = reader.get(url(draft, "comments?step=kijk"))
    assert not page.select('form[action$="/resolve"]')
    reader.post("/playbooks/comments/1/resolve", status=422)
