import time
from datetime import timedelta

from cyberready.campaigns import actions, jobs
from cyberready.campaigns.rules import State
from cyberready.platform import clock
from cyberready.platform.mail.catcher import Catcher
from cyberready.platform.mail.smtp import Sender
from cyberready.platform.scheduler import Alarm
from cyberready.settings import Settings
from tests.campaigns.planning import content


def test_approved_mail_is_in_the_post_within_two_seconds_of_its_moment(plans, tmp_path):
    catcher = Catcher(folder=tmp_path / "mail")
    catcher.start()
    settings = Settings(
        secret_key="x",
        database_url="",
        signing_key_file="",
        mail_url=catcher.url,
        mail_from="nieuws@waterveld.example",
    )
    alarm = Alarm(plans.database, clock.now)
    alarm.add(jobs.source(settings))
    sender = Sender(settings, plans.database, clock.now)
    alarm.start()
    sender.start()
    try:
        plans.addresses("an@waterveld.example", "jan@waterveld.example")
        due = clock.now() + timedelta(seconds=1.5)
        draft = plans.do(
            actions.add, plans.campaign.id, content(due_at=due), actor=plans.writer, now=clock.now()
        )
        plans.do(actions.submit, draft.id, actor=plans.writer, now=clock.now())
        plans.do(actions.approve, draft.id, seen=draft.digest, actor=plans.judge, now=clock.now())
        assert catcher.messages == []
        end = time.monotonic() + 10
        while len(catcher.messages) < 2 and time.monotonic() < end:
            time.sleep(0.02)
        late = clock.now() - due
    finally:
        sender.stop()
        alarm.stop()
        catcher.stop()
    assert [caught.recipients for caught in catcher.messages] == [
        ("an@waterveld.example",),
        ("jan@waterveld.example",),
    ]
    assert timedelta() <= late <= timedelta(seconds=2)
    assert plans.activity(draft.id).state == State.SENT
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 2
