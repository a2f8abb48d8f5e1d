"""What may be made of a result: its level of evidence, and what keeps it from being more.

Levels follow the wording of NJi's effectladder. Each thing that speaks against a clear result is a
`Fault`; the level falls with the set of faults and never rises with it (a test walks through all
sets). One of them, chance, is known only when all tests are: `settled` adds it, and every level and
sentence that leaves this room was made after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipelines.effects.designs.rows import Row
from pipelines.effects.effect import Claim, EvidenceLevel, Fault, Result
from pipelines.effects.estimators.estimate import holm
from pipelines.effects.rounding import p_text, rounded_p

SURE = 0.05
_SAME = 1e-9

# In the order in which they are told.
TOLD: Mapping[Fault, str] = {
    "alone": "Een meting vóór en na de start laat niet zien waardoor dit komt.",
    "one_moment": "Of de groepen vóór de start al verschilden, is niet bekend.",
    "untested": "Of beide groepen zich vóór de start gelijk ontwikkelden, was niet na te gaan.",
    "apart": "De groepen ontwikkelden zich vóór de start al verschillend; dit verschil wijst daarom"
    " niet op een effect.",
    "dip": "Vlak vóór de start ging het slechter dan gewoonlijk; daarna gaat het ook zonder hulp"
    " vaak beter (terugkeer naar het gemiddelde), dus dit wijst niet vanzelf op een effect.",
    "fragile": "Gaat het verloop van vóór de start, met de onzekerheid daarover, na de start gewoon"
    " door, dan is er geen duidelijk verschil meer.",
    "weighted_away": "Wordt de vergelijkingsgroep gewogen naar eerdere jeugdhulp en"
    " onderwijssoort, dan is het verschil niet meer duidelijk.",
    "placebo": "Met een startdatum die een jaar te vroeg ligt, is er ook een duidelijk verschil;"
    " dat kan geen effect zijn.",
    "dealt": "Er zijn weinig scholen: worden zij willekeurig over beide groepen verdeeld, dan komt"
    " zo'n verschil vaker dan eens in de twintig keer voor.",
    "chance": "Het kan toeval zijn: {tests} uitkomsten zijn tegelijk getoetst, en met die correctie"
    " is p {p}.",
}


def level(claim: Claim) -> EvidenceLevel:
    """Level of evidence for the promise.

    Without a clear result in the promised direction it stays at the theory (`ground`); the same
    when the groups already moved apart before the start, and where nothing is compared while
    things were worse than usual just before it. Any other fault leaves a first indication.
    """
    if claim.found == "te klein voor een uitspraak":
        return "indicatief"
    if claim.found != claim.promised:
        return claim.ground
    if "apart" in claim.faults or {"alone", "dip"} <= claim.faults:
        return claim.ground
    return "eerste aanwijzingen" if claim.faults else "goede aanwijzingen"


def sentence(claim: Claim) -> str:
    """What was found, how far it holds, and everything that speaks against it."""
    if claim.found not in ("lager", "hoger"):
        return claim.told
    adjusted = "" if claim.adjusted is None else p_text(claim.adjusted)
    parts = [text for fault, text in TOLD.items() if fault in claim.faults]
    against = [part.format(tests=claim.tests, p=adjusted) for part in parts]
    return " ".join([claim.told, *([claim.robust] if claim.robust else []), *against])


def judged(result: Result, claim: Claim) -> Result:
    """The result with the level and the sentence that its claim carries."""
    return replace(result, claim=claim, evidence=level(claim), sentence=sentence(claim))


def settled(rows: Sequence[Row]) -> list[Row]:
    """Levels and sentences once all tests are known, with p adjusted for them (Holm).

    The family is every leading test, each once: two promises that rest on the same test share it.
    A row that does not lead is judged as if it had led in the place of the one that does.
    """
    family: list[tuple[str, Claim, float]] = []
    for row in rows:
        tested = _tested(row)
        if row.leading and tested and not any(_same(row.design, tested[0], f) for f in family):
            family.append((row.design, *tested))
    ps = [p for _design, _claim, p in family]
    return [_settle(row, rows, family, ps) for row in rows]


def _tested(row: Row) -> tuple[Claim, float] | None:
    if row.result is None or row.result.claim is None or row.result.p is None:
        return None
    return row.result.claim, row.result.p


def _same(design: str, claim: Claim, other: tuple[str, Claim, float]) -> bool:
    """Do both say exactly the same about exactly the same numbers?"""
    return design == other[0] and all(
        abs(a - b) <= _SAME * max(abs(a), abs(b))
        for a, b in zip(claim.exact, other[1].exact, strict=True)
    )


def _settle(
    row: Row, rows: Sequence[Row], family: Sequence[tuple[str, Claim, float]], ps: Sequence[float]
) -> Row:
    tested = _tested(row)
    if tested is None or row.result is None:
        return row
    claim, p = tested
    lead = row if row.leading else next(r for r in rows if r.id == row.id and r.leading)
    leader = _tested(lead)
    place = None
    if leader is not None:
        place = next(i for i, f in enumerate(family) if _same(lead.design, leader[0], f))
    others = [other for i, other in enumerate(ps) if i != place]
    adjusted = rounded_p(holm([p, *others])[0])
    count = len(others) + 1
    chance: frozenset[Fault] = frozenset({"chance"} if adjusted >= SURE else ())
    told = (
        f"Rekening houdend met {count} toetsen tegelijk (Holm) is p {p_text(adjusted)}."
        if count > 1
        else "Er is één toets, dus p hoeft niet te worden aangepast."
    )
    judgement = replace(claim, faults=claim.faults | chance, tests=count, adjusted=adjusted)
    result = replace(
        judged(row.result, judgement),
        p_holm=adjusted,
        assumptions=(*row.result.assumptions, told),
    )
    return replace(row, result=result)
