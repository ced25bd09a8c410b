"""A municipality in the middle of an exercise, played by the real verbs at the moments at which they would have come."""

from datetime import timedelta
from functools import partial

from cyberready.cli import town
from cyberready.exercises import actions, actions_injects, jobs, queries
from cyberready.incidents import actions as incidents
from cyberready.incidents import actions_handover, dossiers_package
from cyberready.incidents.dossiers import Asked
from cyberready.incidents.formats.dossier import Severity
from cyberready.incidents.rules import Role, Surety
from cyberready.kernel.actor import Actor
from cyberready.kernel.ladder import Position
from cyberready.platform.clock import now
from cyberready.platform.realm import Realm

MINUTES = 68
SEATS = (
    ("Hanneke Vos", "crisisteam", "voorzitter"),
    ("Anna Bloemendaal", "crisisteam", "burgemeester"),
    ("Bas Kuipers", "crisisteam", "aov"),
    ("Yasmin Bakker", "ict-respons", "ciso"),
    ("Dirk Postma", "ict-respons", "ict-beheer"),
    ("Noor Jansen", "communicatie", "adviseur"),
    ("Sem van Dijk", "communicatie", "woordvoerder"),
    ("Tom Visser", "dienstverlening", "hoofd"),
    ("Lotte Smit", "dienstverlening", "sociaal-domein"),
)
# minute, who, inject, what the team does
ANSWERS = (
    (2, "Yasmin Bakker", "printerbriefje", "Melding van 03.12 en 08.00 uur vastgelegd. Netwerkkabels eruit, niets uitzetten."),
    (6, "Tom Visser", "balie-start-niet", "Balie open zonder systemen, gastheren bij de deur; aangifte van overlijden en geboorte op papier."),
    (10, "Dirk Postma", "alarm-bewaking", "Account svc-backup geblokkeerd; logbestanden van de firewall worden nu veiliggesteld."),
    (13, "Hanneke Vos", "agenda-uitnodiging", "Overleg in de raadzaal, niet online. Logboek op papier tot er een schoon kanaal is."),
    (25, "Noor Jansen", "journalist-belt", "Bevestigd dat er een storing is; eerstvolgende bericht om 09.30 uur."),
    (31, "Yasmin Bakker", "ibd-belt", "Vier servers en het zaaksysteem; loggegevens volgen voor 10.00 uur."),
    (43, "Dirk Postma", "back-up-onbekend", "Back-up van 2 november wordt geïsoleerd teruggezet en gecontroleerd."),
    (53, "Tom Visser", "uitvaartondernemer", "Akte met de hand opgemaakt, ambtenaar van de burgerlijke stand erbij."),
    (58, "Lotte Smit", "betaalrun", "Bank gebeld: noodbestand van vorige maand kan tot 17.00 uur worden aangeleverd."),
)  # fmt: skip
DECISIONS = (
    (19, "Dirk Postma", "Sporen gaan voor herstel", "Anders weten we niet hoe ze binnenkwamen", "Manager ICT-beheer"),
    (46, "Hanneke Vos", "Elk uur een bericht aan alle medewerkers via de groepsapp", "Onrust en geruchten op de werkvloer", "Communicatie"),
    (61, "Hanneke Vos", "Uitkeringen worden morgen hoe dan ook betaald", "1.140 huishoudens rekenen erop", "Manager sociaal domein"),
)  # fmt: skip
LOG = (
    (14, "Printers spuwen losgeldbriefjes; bestanden van burgerzaken zijn hernoemd.", Surety.FACT, "Servicedesk"),
    (33, "De aanvaller heeft 18 GB weggesluisd.", Surety.ASSUMPTION, "Nachtdienst beveiligingsbewaking"),
    (60, "De Kolksluisbrug reageert niet op afstandsbediening.", Surety.UNKNOWN, "Bruggenpost"),
)  # fmt: skip


class Evening:
    """Plays an exercise that began *MINUTES* ago, and keeps the numbers of what came of it."""

    def __init__(self, database, founded, key) -> None:
        self.database = database
        self.town = founded
        self.key = key
        self.realm = Realm(founded.home)
        self.began = now() - timedelta(minutes=MINUTES)
        self.seats = {}

    def at(self, minute: float):
        """The moment at this exercise time."""
        return self.began + timedelta(minutes=minute)

    def actor(self, role: str) -> Actor:
        """The account with this role."""
        name, function = next((name, function) for one, name, function in town.PEOPLE if one == role)
        return Actor(f"account:{self.town.accounts[role]}", name, function, self.town.home)

    def act(self, verb, *args, **kwargs):
        """Call a verb in a transaction of its own."""
        return self.database.transact(lambda session: verb(session, *args, **kwargs))

    def play(self) -> "Evening":
        """Everything, in the order in which it happened."""
        self.release = self.database.read(lambda session: queries.releases(session, self.realm))
        ransomware = next(one.id for one in self.release if one.slug == "ransomware")
        before = self.at(-60)
        self.act(town.mandates, self.town, before)
        self.draft = self.act(town.draft, self.town, before)
        self.planned = self.act(town.plan, self.town, ransomware, "Herhaling met de nieuwe ploeg", before)
        self.exercise = self.act(town.plan, self.town, ransomware, "Najaarsoefening ransomware", before)
        leader = self.actor("exercise_leader")
        for name, team, role in SEATS:
            self.act(self._sit, name=name, team=team, role=role)
        self.act(actions.start, self.realm, self.exercise, actor=leader, now=self.began)
        self._course()
        self._offer(self.actor("crisis_team"))
        self._real_incident()
        self.act(town.campaign, self.town, now().date() + timedelta(days=1), now=now())
        return self

    def _sit(self, session, *, name, team, role) -> None:
        exercise = queries.exercise(session, self.realm, self.exercise)
        seat = actions.join(
            session, exercise, name=name, team=team, role=role, account_id=None, now=self.at(-5)
        )
        self.seats[name] = (seat.id, Actor(f"participant:{seat.id}", name, role, self.town.home))

    def _course(self) -> None:
        happenings = [(minute, partial(self._in_one, self._answer), rest) for minute, *rest in ANSWERS]
        happenings += [(minute, partial(self._in_one, self._decide), rest) for minute, *rest in DECISIONS]
        happenings += [(minute, self._log, rest) for minute, *rest in LOG]
        happenings += [(12, self._declare, []), (22, self._order, []), (62, self._escalate, [])]
        happenings += [(50, self._observe, [])]
        happenings += [(21, partial(self._in_one, self._choose), ["Yasmin Bakker", "isoleren", "gedeeltelijk", "De brug moet bediend kunnen worden."])]  # fmt: skip
        for minute, verb, rest in sorted(happenings, key=lambda one: one[0]):
            self._fire_until(self.at(minute))
            verb(minute, *rest)
        self._fire_until(now())

    def _observe(self, minute) -> None:
        said = "Het crisisteam vraagt niet door op de bron van het bericht."
        leader = self.actor("exercise_leader")
        self.act(actions_injects.note, self.realm, self.exercise, said, actor=leader, now=self.at(minute))

    def _in_one(self, verb, minute, *rest) -> None:
        self.act(partial(verb, minute), *rest)

    def _fire_until(self, moment) -> None:
        while (due := self.database.read(queries.next_due)) is not None and due <= moment:
            jobs.fire_due(self.database, due)

    def _seated(self, session, name):
        number, actor = self.seats[name]
        exercise = queries.exercise(session, self.realm, self.exercise)
        seat = next(one for one in queries.participants(session, self.exercise) if one.id == number)
        return exercise, {"seat": seat, "actor": actor}

    def _inject(self, session, key):
        return next(one.id for one in queries.injects(session, self.exercise) if one.key == key)

    def _answer(self, minute, session, name, key, text) -> None:
        exercise, who = self._seated(session, name)
        inject = self._inject(session, key)
        actions_injects.answer(session, exercise, inject, text, **who, now=self.at(minute))

    def _decide(self, minute, session, name, decision, reason, owner) -> None:
        exercise, who = self._seated(session, name)
        said = {"decision": decision, "reason": reason, "owner": owner}
        actions_injects.decide(session, exercise, **said, **who, now=self.at(minute))

    def _choose(self, minute, session, name, key, option, reason) -> None:
        exercise, who = self._seated(session, name)
        inject = self._inject(session, key)
        actions_injects.choose(session, exercise, inject, option, reason=reason, **who, now=self.at(minute))

    def _declare(self, minute) -> None:
        made = self.act(
            incidents.declare,
            self.realm,
            title="Ransomware op gemeentelijke systemen",
            known="Vier servers en het zaaksysteem zijn versleuteld; balies en formulieren liggen stil.",
            since=self.at(0),
            role=Role.VICTIM,
            exercise_id=self.exercise,
            actor=self.actor("crisis_team"),
            now=self.at(minute),
        )
        self.incident = made.id

    def _work(self, minute, verb, *args, **kwargs) -> None:
        actor = self.actor("crisis_team")
        self.act(verb, self.realm, self.incident, *args, **kwargs, actor=actor, now=self.at(minute))

    def _log(self, minute, text, surety, source) -> None:
        more = {"topic": "", "happened_at": None, "late_reason": ""}
        self._work(minute, incidents.log, text=text, surety=surety, source=source, **more)

    def _order(self, minute) -> None:
        self._work(
            minute,
            incidents.decide,
            question="Koppelen we de getroffen servers los?",
            picture="Versleuteling loopt nog op de servers van burgerzaken en het zaaksysteem.",
            judgement="Wachten maakt herstel langer; volledig loskoppelen raakt de brugbediening.",
            decision="Alleen de getroffen servers en werkplekken loskoppelen",
            owner="Manager ICT-beheer",
            check_at=self.at(90),
            check="Is de verspreiding gestopt?",
        )

    def _escalate(self, minute) -> None:
        answers = {"residents": "yes", "companies": "unknown", "public_order": "no", "safety": "yes"}
        why = {
            "residents": "Balies dicht, uitkeringen in gevaar",
            "safety": "Brug staat open voor hulpdiensten",
        }
        why |= {"companies": "", "public_order": ""}
        self._work(minute, incidents.test_effect, answers, why)
        self._work(
            minute + 1,
            incidents.escalate,
            Position("safety_region", None),
            reason="Effect buiten het gemeentehuis: brug en ambulanceroute",
            ordered_by="Burgemeester Bloemendaal",
            informed=["IBD", "Politie-eenheid"],
        )

    def _offer(self, chair) -> None:
        asked = Asked(
            receiver_id=self.town.region,
            summary="Versleutelde servers; balies dicht sinds 08.00 uur, Kolksluisbrug reageert niet.",
            requests=("Opschalen naar GRIP 2", "Algemeen commandant leveren"),
            reason="Gevolgen voor bereikbaarheid van hulpdiensten",
            area="Waterveld-Centrum",
            severity=Severity.SEVERE,
            next_report_at=now() + timedelta(minutes=30),
        )
        moment = now()
        taken = self.database.read(
            lambda session: dossiers_package.snapshot(
                session, self.realm, self.incident, asked, key=self.key, actor=chair, now=moment
            )
        )
        offered = dossiers_package.offer(taken, dossiers_package.files(taken, ""), self.key)
        self.handover = self.act(actions_handover.offer, self.realm, offered, actor=chair, now=moment).id

    def _real_incident(self) -> None:
        officer = self.actor("security_officer")
        hours_ago = now() - timedelta(hours=5)
        made = self.act(
            incidents.declare,
            self.realm,
            title="Laptop met persoonsgegevens gestolen uit een dienstauto",
            known="Schijf was versleuteld, het wachtwoord zat op een briefje in de tas.",
            since=hours_ago,
            role=Role.VICTIM,
            exercise_id=None,
            actor=officer,
            now=hours_ago + timedelta(minutes=20),
        )
        self.real = made.id
        self.act(
            incidents.establish,
            self.realm,
            made.id,
            trigger="breach_known_at",
            happened_at=hours_ago + timedelta(minutes=30),
            basis="De medewerker meldde dat het briefje bij de laptop lag.",
            actor=officer,
            now=hours_ago + timedelta(minutes=31),
        )
