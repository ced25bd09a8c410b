"""What words mean in a municipal protocol: roles, time targets, columns of tables, what a document says of itself. Pure."""

import re
from functools import lru_cache

COLUMNS = {
    "role": "rol, wie, wie?, verantwoordelijke, verantwoordelijk, actiehouder, actor, uitvoerder, uitvoering door, door,"
    " door wie, functionaris, functie, eigenaar, trekker, behandelaar, rol/functie, role, who, owner, responsible, by,"
    " by whom, assigned to",
    "title": "actie, acties, stap, stappen, activiteit, activiteiten, taak, taken, wat, wat?, handeling, handelingen,"
    " maatregel, omschrijving, beschrijving, omschrijving actie, te doen, werkzaamheden, action, step, task, activity,"
    " what, description, to do",
    "deputy": "vervanger, plaatsvervanger, vervanging, deputy",
    "time": "tijd, wanneer, wanneer?, termijn, binnen, deadline, doorlooptijd, uiterlijk, streeftijd, tijdstip, time,"
    " when, within, due",
    "result": "resultaat, beoogd resultaat, uitkomst, result, outcome, expected result",
    "evidence": "bewijs, vastlegging, registratie, vastleggen, bewijsstuk, te bewaren, evidence, record",
    "number": "nr, nr., nummer, #, no, no., volgnummer, stapnr, stap nr, number",
}
MATTER = {
    "version": "versie, versienummer, version, huidige versie",
    "owner": "eigenaar, beheerder, documenteigenaar, proceseigenaar, owner",
    "tlp": "tlp, traffic light protocol, classificatie, rubricering, vertrouwelijkheid, classification",
    "summary": "samenvatting, summary",
    "title": "titel, title, document, documentnaam, naam document",
    "language": "taal, language",
}
COLUMN_OF = {name: key for key, names in COLUMNS.items() for name in names.split(", ")}
MATTER_OF = {name: key for key, names in MATTER.items() for name in names.split(", ")}
ROLES = (
    "ciso, iso, burgemeester, loco-burgemeester, gemeentesecretaris, secretaris, griffier, wethouder, woordvoerder,"
    " communicatieadviseur, voorzitter, loghouder, notulist, servicedesk, helpdesk, fg, functionaris gegevensbescherming,"
    " privacy officer, ict-manager, manager ict, ict-beheerder, ict, systeembeheerder, netwerkbeheerder, aov, ovd-bz, ibd,"
    " applicatiebeheerder, functioneel beheerder, ambtenaar openbare veiligheid, officier van dienst bevolkingszorg,"
    " piketfunctionaris, crisiscoördinator, directeur, teamleider, leverancier, jurist, incidentmanager, incident manager,"
    " proceseigenaar, college, directie, receptie, bode, beveiliging, hr, p&o, veiligheidsregio, melder, medewerker,"
    " leidinggevende, afdelingshoofd, mayor, service desk, spokesperson, secretary"
)
STILL = frozenset(
    re.findall(
        r"[^ ,]+",
        "inleiding, doel, doelgroep, scope, reikwijdte, uitgangspunten, begrippen, begrippenlijst, afkortingen, definities,"
        " leeswijzer, inhoud, inhoudsopgave, versiebeheer, documentbeheer, documenthistorie, wijzigingshistorie, bronnen,"
        " distributielijst, literatuur, bijlage, bijlagen, colofon, achtergrond, contactgegevens, contactpersonen,"
        " telefoonlijst, rollen, taken, verantwoordelijkheden, voorwoord, samenvatting, introduction, purpose, definitions,"
        " references, annex, appendix, contents, contacts, background, principles, summary",
    )
)
PERSONAL = frozenset(
    [
        "naam",
        "namen",
        "naam medewerker",
        "telefoon",
        "telefoonnummer",
        "telefoonnummers",
        "tel",
        "tel.",
        "mobiel",
        "mobiel nummer",
        "mobielnummer",
        "06-nummer",
        "e-mail",
        "email",
        "e-mailadres",
        "mail",
        "mailadres",
        "bereikbaar",
        "bereikbaar via",
        "bereikbaarheid",
        "name",
        "phone",
        "phone number",
        "mobile",
        "reachable",
    ]
)
CAST = re.compile(
    r"\b(rollen|taken|verantwoordelijkheden|bevoegdheden|bemensing|bezetting|raci|contact|telefoon|roles)",
    re.IGNORECASE,
)
NUMBERS = {
    word: int(number)
    for word, number in re.findall(
        r"(\S+)=(\d+)",
        "een=1 één=1 twee=2 drie=3 vier=4 vijf=5 zes=6 zeven=7 acht=8 negen=9 tien=10 twaalf=12 vijftien=15 twintig=20"
        " dertig=30 veertig=40 vijfenveertig=45 zestig=60 negentig=90 one=1 two=2 three=3 four=4 five=5 ten=10 thirty=30",
    )
}
UNITS = {
    **dict.fromkeys(("min", "minuut", "minuten", "minute", "minutes"), "minuten"),
    **dict.fromkeys(("uur", "uren", "u", "hour", "hours"), "uur"),
    **dict.fromkeys(("dag", "dagen", "day", "days", "etmaal"), "dagen"),
    **dict.fromkeys(("week", "weken", "weeks"), "weken"),
}
ENGLISH = {"minuten": "minutes", "uur": "hours", "dagen": "days", "weken": "weeks"}
COUNT = rf"(\d{{1,4}}|{'|'.join(NUMBERS)})"
UNIT = rf"({'|'.join(sorted(UNITS, key=len, reverse=True))})\b\.?"
SPAN = re.compile(rf"\b{COUNT}[ \xa0]?{UNIT}", re.IGNORECASE)
TARGET = re.compile(
    r"(?:\b(?:binnen|uiterlijk(?: na| binnen)?|maximaal|max\.?|within|at most)|<|≤|t ?\+)\s*(?:de |het )?(?:eerste )?"
    rf"{COUNT}[ \xa0]?{UNIT}",
    re.IGNORECASE,
)
PARTS = (
    (re.compile(r"\b(binnen )?(een )?half ?uur\b", re.IGNORECASE), "30 minuten"),
    (re.compile(r"\b(binnen )?(een )?kwartier\b", re.IGNORECASE), "15 minuten"),
    (re.compile(r"\b(binnen )?anderhalf uur\b", re.IGNORECASE), "90 minuten"),
)
BRACKETS = re.compile(r"[(\[]([^()\[\]]{2,60})\\?[)\]][.;]?$")
LABELLED = re.compile(r"([^:]+):\s*(\S.*)")
TLP = re.compile(r"\b(CLEAR|WHITE|GREEN|AMBER\+STRICT|AMBER|RED)\b", re.IGNORECASE)


def column(heading: str) -> str:
    """What a column of this heading holds: ``role``, ``title``, ``time`` …; empty when that is not known."""
    return COLUMN_OF.get(_bare(heading), "")


def matter(label: str) -> str:
    """The key of the front matter that a label of a document means; empty when that is not known."""
    return MATTER_OF.get(_bare(label), "")


def time_target(text: str, language: str = "nl", *, bare: bool = False) -> str:
    """The time target that *text* names, as the file format writes it; *bare* where the whole text is about time.

    Without *bare* it must be said to be one: ``binnen 15 minuten``. Empty when there is none.
    """
    return time_words(text, language, bare=bare)[0]


def time_words(text: str, language: str = "nl", *, bare: bool = False) -> tuple[str, str]:
    """The time target that *text* names, as :func:`time_target` has it, with the text up to its end; else both empty."""
    for pattern, target in PARTS:
        part = pattern.search(text)
        if part and (part[1] or bare):
            return _spoken(target, language), text[: part.end()]
    found = TARGET.search(text) or (SPAN.search(text) if bare else None)
    if found is None:
        return "", ""
    count = NUMBERS.get(found[1].lower(), 0) or int(found[1])
    return _spoken(f"{count} {UNITS[found[2].lower()]}", language), text[: found.end()]


def leading_role(text: str) -> str:
    """The role that a sentence begins with (``CISO: …``, ``De CISO belt …``); empty when there is none."""
    found = _leading().match(text)
    return found[2] if found else ""


def tells_who_or_when(text: str) -> bool:
    """Whether a paragraph begins with who acts or with a time target, and so tells how its step is done."""
    return bool(leading_role(text) or TARGET.match(text) or any(part.match(text) for part, _ in PARTS))


def trailing_role(text: str) -> str:
    """The role between brackets at the end of a sentence; empty when there is none.

    ``Bel de IBD (CISO)``, ``Bel de IBD (wie: de wachtcommandant, binnen een uur)``.
    """
    found = BRACKETS.search(text.strip())
    parts = re.split(r"\s*[,;]\s*", found[1].strip("\\ ")) if found else []
    labelled = (LABELLED.fullmatch(part) for part in parts)
    if named := next((one[2] for one in labelled if one and column(one[1]) == "role"), ""):
        return named
    others = ", ".join(part for part in parts if not time_target(part, bare=True))
    return others if is_role(others) else ""


def is_role(text: str) -> bool:
    """Whether *text* begins with the name of a role that protocols have."""
    return bool(_leading().match(text + " "))


def is_still(heading: str) -> bool:
    """Whether a part of this heading explains and does not act, such as an introduction or a list of terms."""
    words = re.findall(r"[a-zà-ÿ]+", heading.lower())
    return bool(words) and words[0] in STILL


def tells_cast(words: str) -> bool:
    """Whether a table of this heading tells who is who, and not what is done."""
    return CAST.search(words) is not None


def tells_person(heading: str) -> bool:
    """Whether a column of this heading says who somebody is or how to reach them, and not what they do."""
    return _bare(heading) in PERSONAL


def traffic_light(text: str) -> str:
    """The TLP marking in *text*; empty when there is none."""
    found = TLP.search(text)
    return {"WHITE": "CLEAR"}.get(found[1].upper(), found[1].upper()) if found else ""


def _bare(text: str) -> str:
    return re.sub(r"[*_`\\:]", "", text).strip().lower()


def _spoken(target: str, language: str) -> str:
    count, unit = target.split(" ")
    return f"{count} {ENGLISH[unit] if language == 'en' else unit}"


@lru_cache(maxsize=1)
def _leading() -> re.Pattern[str]:
    names = "|".join(re.escape(role) for role in sorted(ROLES.split(", "), key=len, reverse=True))
    return re.compile(rf"^[*_]*(de |het |the )?(({names}))\b(?![-/\w])", re.IGNORECASE)
