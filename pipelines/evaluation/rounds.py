"""Sending out a round of the yearly evaluation.

`new` writes everything that a Servicepunt sends out. What comes back goes through ingestion, as
any other delivery does.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.contracts import Contracts
from pipelines.errors import UsageError
from pipelines.evaluation import forms, limesurvey
from pipelines.evaluation.round import AUDIENCES, DATASET, Place, of_round
from pipelines.warehouse import engine, tables

READ_ME = "LEESMIJ.txt"
MOST_FORMS = 500  # of one group at a time
# No vowels and no signs that look alike: such a number is no word, no name and no citizen's number.
_SIGNS = "BCDFGHJKLMNPQRSTVWXZ23456789"


@dataclass(frozen=True)
class Written:
    """What was written for one target group."""

    group: str
    forms: tuple[Path, ...]
    survey: Path
    questions: int
    places: int

    def as_dict(self) -> dict[str, object]:
        return {
            "group": self.group,
            "forms": [str(path) for path in self.forms],
            "limesurvey": str(self.survey),
            "questions": self.questions,
            "places": self.places,
        }


def new(
    year: str,
    folder: Path,
    contracts: Contracts,
    *,
    workdir: Path | None = None,
    count: Mapping[str, int] | None = None,
) -> tuple[Written, ...]:
    """Write the forms and the surveys of a round into `folder`, one survey per target group.

    `workdir`: take the schools and wijken to choose from out of its warehouse. `count`: forms per
    group, each with a number of its own; one where a group is not named. Raises `UsageError` for a
    year, group or number that cannot be, and for a folder that already holds a round.
    """
    wanted = _counts(count or {})
    places = _places(workdir, contracts) if workdir else {"school": (), "wijk": ()}
    rounds = [of_round(year, audience, places[audience.place]) for audience in AUDIENCES]
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(
            f"De map {folder} is niet leeg. Kies een nieuwe map: een formulier dat al is verstuurd,"
            " mag niet door een ander worden vervangen."
        )
    written: list[Written] = []
    for one in rounds:
        home = folder / one.audience.group
        home.mkdir(parents=True, exist_ok=True)
        made = []
        for number in numbers(one.audience.group, wanted[one.audience.group]):
            made.append(home / one.file_name(number, ".xlsx"))
            forms.write(made[-1], one, number)
        survey = home / f"limesurvey_{one.audience.group}_{one.year.replace('/', '-')}.lss"
        survey.write_bytes(limesurvey.survey(one))
        written.append(
            Written(one.audience.group, tuple(made), survey, len(one.items), len(one.places))
        )
    (folder / READ_ME).write_text(_read_me(rounds[0].year), "utf-8", newline="\n")
    return tuple(written)


def numbers(group: str, count: int) -> tuple[str, ...]:
    """That many different numbers for respondents; nothing in them says who that is."""
    found: dict[str, None] = {}
    while len(found) < count:
        signs = "".join(secrets.choice(_SIGNS) for _ in range(8))
        found[f"{group.replace('_', '-')}-{signs[:4]}-{signs[4:]}"] = None
    return tuple(found)


def counts(texts: Sequence[str]) -> dict[str, int]:
    """`school=60` as it is typed -> how many forms for which group."""
    found: dict[str, int] = {}
    for text in texts:
        group, _, number = text.partition("=")
        if not number.isdecimal():
            raise UsageError(f"{text}: schrijf een groep en een aantal, zoals school=60.")
        found[group.strip()] = int(number)
    return found


def _counts(wanted: Mapping[str, int]) -> dict[str, int]:
    known = [audience.group for audience in AUDIENCES]
    for group, number in wanted.items():
        if group not in known:
            raise UsageError(f"Onbekende groep {group}. Wel bekend: {', '.join(known)}.")
        if not 1 <= number <= MOST_FORMS:
            raise UsageError(f"{group}: het aantal formulieren is 1 tot en met {MOST_FORMS}.")
    return {group: wanted.get(group, 1) for group in known}


def _places(workdir: Path, contracts: Contracts) -> dict[Place, tuple[str, ...]]:
    """Schools and wijken of the warehouse as they are chosen from: code, name and municipality."""
    if not (workdir / engine.FILE).exists():
        raise UsageError(f"In {workdir} is geen magazijn; draai daar eerst 'zichtlijn run'.")
    with engine.open_warehouse(workdir) as con:
        tables.create(con, contracts)
        schools = con.execute(
            "SELECT DISTINCT s.vestigingscode, s.naam, coalesce(g.naam, s.gemeente) FROM scholen s"
            " LEFT JOIN (SELECT gemeente, min(gemeentenaam) AS naam FROM gebieden GROUP BY 1) g"
            " ON g.gemeente = s.gemeente ORDER BY 1"
        ).fetchall()
        wijken = con.execute(
            "SELECT DISTINCT wijk, wijknaam, coalesce(gemeentenaam, gemeente) FROM gebieden"
            " WHERE wijk IS NOT NULL ORDER BY 1"
        ).fetchall()
    return {
        "school": tuple(_one_place(*row) for row in schools),
        "wijk": tuple(_one_place(*row) for row in wijken),
    }


def _one_place(code: str, name: str | None, town: str | None) -> str:
    """The code comes first: the form and the survey take it from there."""
    words = " ".join((name or "").split())
    return " ".join(part for part in (code, words, f"({town})" if town else "") if part)


def _read_me(year: str) -> str:
    period = year.replace("/", "-")
    exports = "\n".join(f"   {a.group}_{DATASET}_{period}.csv" for a in AUDIENCES)
    return f"""De jaarlijkse evaluatie van {year}

In elke map staan de formulieren en het LimeSurvey-bestand van een doelgroep. Gebruik het een of
het ander.

Excel-formulieren
1. Stuur iedere invuller een eigen formulier. Het nummer in de bestandsnaam hoort bij een formulier
   en zegt niet wie het invult. Schrijf niet op wie welk nummer kreeg.
2. Zet wat terugkomt in deze mappen, over het lege formulier heen. Een leeg formulier telt als
   genodigd en niet geantwoord: zo klopt de respons.
3. Draai 'zichtlijn evaluation collect' met deze map, en met --out de inbox. Dat maakt van alle
   formulieren een levering per doelgroep, en noemt wat niet klopt of dubbel is. Na een nieuw
   formulier draait u het opnieuw.
4. Draai 'zichtlijn run'.

LimeSurvey (versie 5 of nieuwer)
1. Maak een vragenlijst aan met 'Importeren' en kies het lss-bestand.
2. Gebruik geen deelnemerslijst die antwoorden aan personen koppelt. Antwoorden zijn anoniem.
3. Exporteer na afloop de antwoorden als CSV of Excel, zoals LimeSurvey het zelf voorstelt of met
   codes. Alleen afgekorte koppen kunnen niet. Wat iemand invulde en niet verzond, telt niet mee;
   bij de levering staat om hoeveel reacties het gaat.
4. Noem de exports zo, en zet ze in de inbox:
{exports}
5. LimeSurvey geeft alleen wie heeft geantwoord. Verzamel daarom voor ieder die niet antwoordde een
   leeg Excel-formulier van dezelfde groep, zoals hierboven: zo klopt de respons. Met --count maakt
   u er meer. Zonder school of wijk telt een leeg formulier alleen in het totaal.
6. Draai 'zichtlijn run'.

Van beide geldt: er is geen vraag naar namen of een toelichting. Een levering waarin die toch staan,
wordt geweigerd.
"""
