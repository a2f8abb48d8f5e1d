"""The message catalogues of the dashboard, from its code and the declarations: `make docs`.

A message stays in the catalogue with its translation as long as it is said somewhere; one that is
said no more goes. What is published as a text (units, code lists, promises) is gathered from the
declarations it is published from.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from pipelines.contracts import Contracts
from pipelines.effects.catalogue import EFFECTS, SAVINGS
from pipelines.effects.designs.course import YEAR, period_label
from pipelines.effects.designs.rows import nothing, unit_of
from pipelines.effects.effect import DESIGN_LABEL, EvidenceLevel
from pipelines.effects.outcomes import Unmeasured
from pipelines.effects.pilots import plan, table
from pipelines.effects.savings import arithmetic, balance_table, price_level
from pipelines.effects.savings.balance_counts import too_few
from pipelines.effects.savings.care_inputs import UNIT_LABEL
from pipelines.effects.savings.route_rows import ROUTE_LABEL
from pipelines.ingest import questionnaires
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.describe import describe_all
from pipelines.release import figure, publish

LANGUAGES = ("nl", "en")
FOLDER = Path("dashboard", "language", "locale")
# Function -> which of its arguments are messages; two of them are one and more.
_SAID_BY = {"tr": (1,), "mark": (1,), "plural": (1, 2), "count_of": (2, 3), "Said": (1,)}
_WIDTH = 100
# Documents are in Dutch.
_DUTCH_ONLY = "reports/"

Message = str | tuple[str, ...]


def catalogue(language: str, contracts: Contracts, source: Path) -> str:
    """The catalogue of one language as it should be now: the translations in `source`, with every
    message that is said.
    """
    made = Catalog(locale=language)
    for message, place in _all(contracts):
        made.add(message, locations=[(place, 0)])
    if source.exists():
        with source.open("rb") as written:
            known = read_po(written, locale=language)
        for entry in made:
            before = known.get(entry.id if isinstance(entry.id, str) else entry.id[0])
            if entry.id and before is not None and before.id == entry.id:
                entry.string = before.string
    text = io.BytesIO()
    write_po(
        text, made, width=_WIDTH, omit_header=True, sort_by_file=True, include_lineno=False,
        ignore_obsolete=True,
    )  # fmt: skip
    return text.getvalue().decode()


def _all(contracts: Contracts) -> Iterator[tuple[Message, str]]:
    yield from _of_code()
    yield from _of_declarations(contracts)


def _of_code() -> Iterator[tuple[Message, str]]:
    """What the pages say themselves."""
    folder = Path(__file__).parents[2] / "dashboard"
    for file in sorted(folder.rglob("*.py")):
        place = file.relative_to(folder).as_posix()
        if not place.startswith(_DUTCH_ONLY):
            for message in said_in(file.read_text(encoding="utf-8")):
                yield message, f"dashboard/{place}"


def said_in(code: str) -> list[Message]:
    """The messages in a module, in its order; also those within a formatted string."""
    found: list[tuple[int, int, Message]] = []
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        places = [place - 1 for place in _SAID_BY.get(name, ()) if place <= len(node.args)]
        texts = tuple(
            argument.value
            for argument in (node.args[place] for place in places)
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        )
        if texts and len(texts) == len(_SAID_BY[name]):
            message = texts if len(texts) > 1 else texts[0]
            found.append((node.lineno, node.col_offset, message))
    return [message for *_, message in sorted(found, key=lambda one: one[:2])]


def _of_declarations(contracts: Contracts) -> Iterator[tuple[Message, str]]:
    """What comes with the release and is the same in each. Labels and definitions of figures, and
    labels of categories, are published in both languages.
    """
    for texts, place in (
        (_of_metrics(contracts), "METRICS.md"),
        (_of_effects(contracts), "EFFECTS.md"),
        (_of_savings(contracts), "EFFECTS.md"),
        (_of_deliveries(contracts), "DATASETS.md"),
        (iter([publish.CERTIFIED]), "pipelines/release/publish.py"),
    ):
        for text in texts:
            if text:
                yield text, place


def _of_metrics(contracts: Contracts) -> Iterator[str]:
    """What `metrieken` and `cellen` say of a figure besides its label and definition."""
    for metric in describe_all(METRICS, contracts):
        for name in ("eenheid", "teller", "noemer", "norm_eenheid", "norm_bron"):
            yield metric[name]
    yield from figure.REASONS
    yield from dict.fromkeys(metric.nothing for metric in METRICS.values())


def _of_effects(contracts: Contracts) -> Iterator[str]:
    """The texts of `effecten` and `effect_reeks`; what else could explain a result, one by one."""
    yield from DESIGN_LABEL.values()
    yield from get_args(EvidenceLevel)
    yield from (plan.WITH_COMPARISON, plan.NO_COMPARISON, plan.TOO_FEW)
    yield from (plan.UNREADABLE, table.UNTESTED)
    for message in said_in(Path(plan.__file__).read_text(encoding="utf-8")):
        if isinstance(message, str) and message.strip("{n}"):
            yield message
    for effect in EFFECTS:
        yield effect.promise
        for outcome in effect.outcomes:
            yield outcome.unit
            yield unit_of(outcome)
            if isinstance(outcome, Unmeasured):
                yield nothing(effect, outcome, "niet_geleverd", outcome.reason).reason
        yield effect.population
        yield effect.exposure
        yield effect.comparison
        yield from effect.threats
        window = effect.window.with_parameters(contracts.parameters)
        for length in (int(window.periode), YEAR):
            for first in range(-int(window.voor), int(window.tijdens), length):
                yield period_label(first, length)


def _of_savings(contracts: Contracts) -> Iterator[str]:
    """The texts of `besparing`, `besparing_balans` and `besparing_gevoeligheid`."""
    for product in SAVINGS:
        yield product.label
        yield too_few(product.minimum.with_parameters(contracts.parameters))
    yield from ROUTE_LABEL.values()
    yield from UNIT_LABEL.values()
    yield from balance_table.LABELS.values()
    yield from (balance_table.label_of(part, balance_table.TOTAL) for part in balance_table.LABELS)
    yield from dict.fromkeys(balance_table.unit_of(part) for part in balance_table.LABELS)
    yield from arithmetic.PAYERS
    to = price_level.level(contracts.parameters)
    for name in arithmetic.PARAMETERS:
        parameter = contracts.parameters[name]
        yield from (parameter.label, parameter.unit, price_level.told(parameter, to))
    for label, source in balance_table.DRIVERS.values():
        yield from (label, source)


def _of_deliveries(contracts: Contracts) -> Iterator[str]:
    """Codes and names of datasets, kinds of school, and the questions of the evaluation."""
    yield from contracts.datasets
    for dataset in contracts.datasets.values():
        yield dataset.title
    for kind in contracts.codes["onderwijssoort"].values():
        yield kind.label_nl
    for asked in questionnaires.load().values():
        for item in asked.items:
            yield item.text
