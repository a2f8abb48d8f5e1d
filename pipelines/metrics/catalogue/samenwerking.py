"""H. Cooperation: the yearly evaluation by school, provider and wijkteam.

Respondents are people too: the threshold holds for them. Theme and part of a question come from the
questionnaires; a respondent stands in the wijk and municipality of the school or else of the
wijkteam, and with the provider that worked at the school that year.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

from pipelines.ingest import questionnaires
from pipelines.metrics import categories, derive
from pipelines.metrics.metric import (
    Context,
    Difference,
    Level,
    Mean,
    Measure,
    Metric,
    Share,
    Split,
    Tables,
)

DATASETS = ("evaluatie_antwoorden",)
LEVELS: tuple[Level, ...] = ("totaal", "gemeente", "wijk", "onderwijssoort", "aanbieder")
PAIRS = (("school", "smw_aanbieder"), ("school", "wijkteam"), ("smw_aanbieder", "wijkteam"))
NEUTRAL, AGREES = 3, 4  # "niet mee eens, niet mee oneens"; "mee eens" and "helemaal mee eens"


def _asked(table: ir.Table) -> ir.Table:
    """Add `evaluatiethema` and `deel` of the question; empty for a question in no questionnaire."""
    items = [item for asked in questionnaires.load().values() for item in asked.items]
    themes = table["vraag_id"].cases(*((i.id, i.theme) for i in items), else_=None)
    parts = table["vraag_id"].cases(*((i.id, i.part) for i in items), else_=None)
    folded = themes.cases(*categories.MAIN_THEMES.items(), else_=None)
    return table.mutate(
        evaluatiethema=themes, hoofdthema=folded, deel=parts, vraag=table["vraag_id"]
    )


def _with_provider(placed: ir.Table, tables: Tables) -> ir.Table:
    """Add `aanbieder`: whose trajectories started at the school in the year of the round, where
    that was one provider; empty for a wijkteam, which meets several."""
    started = tables["smw_trajecten"].filter(_.start_datum.notnull())
    there = started.mutate(_jaar=derive.schooljaar(started["start_datum"]))
    one = (
        there.group_by(_school=there["vestigingscode"], _jaar=there["_jaar"])
        .agg(_een=there["aanbieder"].min(), _ander=there["aanbieder"].max())
        .filter(_["_een"] == _["_ander"])
    )
    joined = placed.left_join(
        one, (placed["vestigingscode"] == one["_school"]) & (placed["schooljaar"] == one["_jaar"])
    )
    return joined.mutate(aanbieder=joined["_een"]).drop("_school", "_jaar", "_een", "_ander")


def _respondents(tables: Tables, _context: Context) -> ir.Table:
    """Every line of the delivery, also of who was invited and answered nothing."""
    found = _asked(tables["evaluatie_antwoorden"])
    answered = found["score"].notnull() | found["nvt"].fill_null(False)
    placed = derive.with_school(
        found.mutate(schooljaar=found["ronde"], beantwoord=answered), tables
    )
    of_wijk = ibis.literal("GM").concat(placed["wijkcode"].substr(2, 4))
    whole = placed.mutate(
        gemeente=placed["gemeente"].fill_null(of_wijk),
        wijk=placed["wijk"].fill_null(placed["wijkcode"]),
    ).drop("vestiging")
    return _with_provider(whole, tables)


def _answers(tables: Tables, context: Context) -> ir.Table:
    """With `oordeel`: eens (4 and 5), neutraal (3) or oneens (1 and 2)."""
    found = _respondents(tables, context).filter(_.score.notnull())
    score = found["score"]
    judged = ibis.cases((score >= AGREES, "eens"), (score == NEUTRAL, "neutraal"), else_="oneens")
    return found.mutate(oordeel=judged)


def _pairs(tables: Tables, context: Context) -> ir.Table:
    """Answers once for every pair of parties that the respondent's party is in."""
    answers = _answers(tables, context)
    found = []
    for first, second in PAIRS:
        own = answers.filter(answers["groep"].isin([first, second]))
        found.append(
            own.mutate(
                paar=ibis.literal(f"{first}_min_{second}"),
                eerste=own["groep"] == first,
                tweede=own["groep"] == second,
            )
        )
    return ibis.union(*found, distinct=False)


def _rounds(tables: Tables, context: Context) -> ir.Table:
    """Answers of a round and of the round a year before, to questions answered in both."""
    answers = _answers(tables, context).mutate(
        respondent=_.ronde.concat("|", _.antwoord_id), deze=ibis.literal(value=True)
    )
    year = answers["schooljaar"].left(4).cast("int64")
    before = answers.mutate(schooljaar=derive.year_label(year + 1), deze=ibis.literal(value=False))
    both = answers.union(before)
    question = ibis.window(group_by=["schooljaar", "vraag_id"])
    here = both["deze"].cast("int64")
    compared = both.mutate(_nu=here.max().over(question), _toen=here.min().over(question))
    return (
        compared.filter(compared["_nu"] == 1, compared["_toen"] == 0)
        .mutate(vorige=~_.deze)
        .drop("_nu", "_toen")
    )


RESPONDENTS = Measure(
    "genodigden", "genodigden", DATASETS, _respondents, LEVELS,
    distinct="antwoord_id", person="antwoord_id",
)  # fmt: skip
ANSWERS = Measure("antwoorden", "antwoorden", DATASETS, _answers, LEVELS, person="antwoord_id")
PAIRED = Measure(
    "antwoorden_naar_paar", "antwoorden", DATASETS, _pairs, ("totaal",), person="antwoord_id"
)
ROUNDS = Measure(
    "antwoorden_in_twee_rondes",
    "antwoorden",
    DATASETS,
    _rounds,
    ("totaal",),
    person="respondent",
    carries="deels",
)

METRICS = (
    Metric(
        id="ev_respons",
        theme="samenwerking",
        label_nl="Respons",
        label_en="Response",
        definition="Aandeel van de genodigden in een ronde van de evaluatie dat ten minste één"
        " vraag beantwoordde; genodigd is wie in de levering staat, ook zonder antwoorden, en niet"
        " van toepassing is ook een antwoord.",
        definition_en="Share of those invited in a round of the evaluation who answered at least"
        " one question; everyone in the delivery counts as invited, also without answers, and not"
        " applicable is an answer too.",
        unit="procent",
        numerator="genodigden met ten minste één antwoord",
        denominator="alle genodigden in de levering",
        measure=RESPONDENTS,
        form=Share(_.beantwoord),
        cuts=("groep",),
        system="servicepunt_smw",
        direction="hoger",
    ),
    Metric(
        id="ev_score",
        theme="samenwerking",
        label_nl="Gemiddelde score",
        label_en="Mean score",
        definition="Gemiddelde score (1 tot en met 5) van de antwoorden in een ronde van de"
        " evaluatie; niet van toepassing en niet ingevuld tellen niet mee.",
        definition_en="Mean score (1 to 5) of the answers in a round of the evaluation; not"
        " applicable and not filled in are left out.",
        unit="punten op een schaal van 1 tot 5",
        numerator="som van de scores",
        denominator="antwoorden met een score",
        measure=ANSWERS,
        form=Mean("score"),
        cuts=("groep", "vraag", "evaluatiethema", "deel"),
        system="servicepunt_smw",
        direction="hoger",
        threshold="zwaar",
    ),
    Metric(
        id="ev_score_eens",
        theme="samenwerking",
        label_nl="Mee eens per thema",
        label_en="Agreement by theme",
        definition="Aandeel van de antwoorden met een score in een ronde van de evaluatie dat mee"
        " eens of helemaal mee eens is.",
        definition_en="Share of the answers with a score in a round of the evaluation that agree or"
        " agree completely.",
        unit="procent",
        numerator="antwoorden met score 4 of 5",
        denominator="antwoorden met een score",
        measure=ANSWERS,
        form=Share(_.score >= AGREES),
        cuts=("groep", "evaluatiethema", "hoofdthema"),
        system="servicepunt_smw",
        direction="hoger",
    ),
    Metric(
        id="ev_oordeel",
        theme="samenwerking",
        label_nl="Eens, neutraal of oneens",
        label_en="Agree, neutral or disagree",
        definition="Aandeel van de antwoorden met een score in een ronde van de evaluatie dat eens"
        " (score 4 of 5), neutraal (3) of oneens (1 of 2) is.",
        definition_en="Share of the answers with a score in a round of the evaluation that agree"
        " (score 4 or 5), are neutral (3) or disagree (1 or 2).",
        unit="procent",
        numerator="antwoorden met dit oordeel",
        denominator="antwoorden met een score",
        measure=ANSWERS,
        form=Split(),
        cuts=("oordeel",),
        system="servicepunt_smw",
    ),
    Metric(
        id="ev_score_verdeling",
        theme="samenwerking",
        label_nl="Verdeling van de scores",
        label_en="Distribution of scores",
        definition="Aandeel van elke score (1 tot en met 5) in de antwoorden met een score in een"
        " ronde van de evaluatie.",
        definition_en="Share of each score (1 to 5) in the answers with a score in a round of the"
        " evaluation.",
        unit="procent",
        numerator="antwoorden met deze score",
        denominator="antwoorden met een score",
        measure=ANSWERS,
        form=Split(),
        cuts=("score",),
        system="servicepunt_smw",
        threshold="zwaar",
    ),
    Metric(
        id="ev_verschil",
        theme="samenwerking",
        label_nl="Verschil tussen partijen",
        label_en="Difference between parties",
        definition="Gemiddelde score van de respondenten van de ene partij min die van de andere in"
        " een ronde van de evaluatie, per thema; elke respondent telt één keer, met het gemiddelde"
        " van de eigen antwoorden op dat thema.",
        definition_en="Mean score of the respondents of one party minus that of the other in a"
        " round of the evaluation, by theme; each respondent counts once, with the mean of their"
        " own answers on that theme.",
        unit="punten op een schaal van 1 tot 5",
        numerator="gemiddelde score van de eerste partij",
        denominator="min de gemiddelde score van de tweede partij",
        measure=PAIRED,
        form=Difference("score", level="totaal", first="eerste", second="tweede"),
        cuts=("paar*evaluatiethema",),
        system="servicepunt_smw",
        threshold="zwaar",
    ),
    Metric(
        id="ev_trend",
        theme="samenwerking",
        label_nl="Ontwikkeling sinds de vorige ronde",
        label_en="Change since the previous round",
        definition="Gemiddelde score van de respondenten in deze ronde min die in de ronde van een"
        " schooljaar eerder, alleen over vragen die in beide rondes zijn beantwoord; een"
        " verandering zonder vergelijkingsgroep.",
        definition_en="Mean score of the respondents in this round minus that in the round one"
        " school year earlier, only on questions answered in both rounds; a change without a"
        " comparison group.",
        unit="punten op een schaal van 1 tot 5",
        numerator="gemiddelde score in deze ronde",
        denominator="min de gemiddelde score in de vorige ronde",
        measure=ROUNDS,
        form=Difference("score", level="totaal", first="deze", second="vorige"),
        cuts=("evaluatiethema",),
        system="servicepunt_smw",
        direction="hoger",
        threshold="zwaar",
    ),
)
