"""Checks on keys: one row per key within a delivery, and over deliveries that still count."""

from __future__ import annotations

from pipelines.contracts import Dataset
from pipelines.ingest.deliveries import UNKNOWN
from pipelines.sql import literal, literals, quoted
from pipelines.validate.check import ROWS, Check


def unique(dataset: Dataset) -> Check:
    """Of the rows with one key one is accepted: the first, or the latest where that counts.

    Only rows whose key comes back are put in order, which a large delivery has few of.
    """
    keys = ", ".join(quoted(k) for k in dataset.keys)
    named = " + ".join(dataset.keys)
    order, message, remedy = (
        "_nr",
        f"Deze rij heeft dezelfde {named} als een eerdere rij.",
        "Verwijder de dubbele rij, of geef haar een eigen sleutel.",
    )
    if dataset.latest_by:
        latest = " en ".join(dataset.column(c).label.lower() for c in dataset.latest_by)
        order = ", ".join(f"{quoted(c)} DESC NULLS LAST" for c in dataset.latest_by) + ", _nr DESC"
        message = (
            f"Er is een latere rij met dezelfde {named}; alleen de laatste telt mee (volgens"
            f" {latest}, en bij gelijke stand de onderste rij)."
        )
        remedy = (
            "U hoeft niets te doen als de laatste rij de juiste is. Verwijder anders de rij die"
            " niet meer geldt, of geef haar een eigen sleutel."
        )
    return Check(
        id=f"{dataset.id}.{dataset.keys[0]}.uniek",
        sort="uniek",
        severity="fout",
        dimension="uniqueness",
        columns=dataset.keys,
        fails=(
            f"_nr IN (SELECT _nr FROM {ROWS} WHERE hash({keys}) IN"
            f" (SELECT hash({keys}) FROM {ROWS} GROUP BY 1 HAVING count(*) > 1)"
            f" QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY {order}) > 1)"
        ),
        message=message,
        remedy=remedy,
        owner=dataset.owner,
    )


def unique_elsewhere(dataset: Dataset, own: tuple[str, ...], supplier: str) -> Check:
    """A key that another delivery holds already. Another supplier may have given the same number to
    something else: that is the same row only when it is about the same pupil and time. Of a
    supplier that nobody names no number is known to be its own.
    """
    keys = ", ".join(quoted(k) for k in dataset.keys)
    filled = " AND ".join(f"{quoted(k)} IS NOT NULL" for k in dataset.keys)
    elsewhere = f"FROM {quoted(dataset.id)} WHERE {filled} AND _levering NOT IN ({literals(own)})"
    of_supplier = ""
    fails = ""
    if dataset.numbered:
        names = [c.name for c in dataset.columns]
        telling = [*dataset.keys, *(["leerling_id"] if "leerling_id" in names else [])]
        whole = ", ".join(quoted(c) for c in [*telling, *filter(None, [dataset.period_column])])
        fails = f" OR ({whole}) IN (SELECT ({whole}) {elsewhere})"
        if not supplier.startswith(UNKNOWN):
            of_supplier = (
                " AND _levering IN (SELECT levering FROM register.leveringen"
                f" WHERE lower(leverancier) = lower({literal(supplier)}))"
            )
    fails = f"({keys}) IN (SELECT ({keys}) {elsewhere}{of_supplier}){fails}"
    return Check(
        id=f"{dataset.id}.{dataset.keys[0]}.elders",
        sort="uniek",
        severity="fout",
        dimension="uniqueness",
        columns=dataset.keys,
        fails=fails,
        message=(
            f"Deze {' + '.join(dataset.keys)} is al in gebruik in een andere levering"
            " die nog geldt."
        ),
        remedy=(
            "Lever een rij maar één keer aan. Is dit een herstelde levering, geef haar dan"
            " dezelfde leverancier en periode als de eerste: dan vervangt zij die."
        ),
        owner=dataset.owner,
    )
