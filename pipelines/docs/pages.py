"""Pages made from contracts and declarations, so that they cannot drift: `make docs`."""

from __future__ import annotations

import sys
from pathlib import Path

from pipelines import contracts as contract_files
from pipelines.contracts import Column, Contracts, Dataset
from pipelines.docs import effects as effects_page
from pipelines.docs import messages, methods, rooms
from pipelines.docs import metrics as metrics_page
from pipelines.effects.catalogue import EFFECTS, SAVINGS
from pipelines.metrics import publication_plan
from pipelines.metrics.catalogue import METRICS

ROOT = Path(__file__).parents[2]
KIND = {
    "tekst": "tekst",
    "geheel": "geheel getal",
    "getal": "getal",
    "datum": "datum",
    "ja_nee": "J/N",
    "lijst": "lijst",
}


def datasets(contracts: Contracts) -> str:
    """`DATASETS.md`: every dataset with its columns, code lists and rules, in Dutch."""
    names = sorted(contracts.datasets)
    lines = [
        "# Gegevenssets",
        "",
        "Gemaakt uit `data_contracts/` met `make docs`; wijzig het contract en niet deze pagina.",
        "Een ster achter een kolom betekent: verplicht. Elke kolom wordt bovendien",
        "gecontroleerd op soort, codelijst, vorm, bereik en verwijzing, waar die erbij staan.",
        "",
        *(f"- [{contracts.datasets[n].title}](#{n}) (`{n}`)" for n in names),
    ]
    for name in names:
        lines += _dataset(contracts.datasets[name])
    lines += ["", "## Codelijsten", ""]
    for name in sorted(contracts.codes):
        codes = contracts.codes[name].values()
        shown = ", ".join(f"`{c.code}` {c.label_nl}" for c in codes)
        lines += [f'<a id="codelijst-{name}"></a>', f"**{name}**: {shown}", ""]
    return "\n".join(lines).rstrip() + "\n"


def _dataset(dataset: Dataset) -> list[str]:
    lines = [
        "",
        f'<a id="{dataset.id}"></a>',
        f"## {dataset.title}",
        "",
        f"`{dataset.id}`, versie {dataset.version}. Eigenaar: {dataset.owner}.",
        f"Sleutel: {', '.join(dataset.keys) or 'geen'}.",
        "",
        dataset.description,
        "",
        "| Kolom | Soort | Betekenis | Toegestaan |",
        "|---|---|---|---|",
        *(_column(c) for c in dataset.columns),
    ]
    if dataset.rules:
        lines += ["", "| Regel | Ernst | Wat er mis is | Wat te doen |", "|---|---|---|---|"]
        lines += [
            f"| `{r.id}` | {r.severity} | {_cell(r.message)} | {_cell(r.remedy)} |"
            for r in dataset.rules
        ]
    return lines


def _column(column: Column) -> str:
    star = "*" if column.required else ""
    meaning = f"{column.label}. {column.description}"
    return (
        f"| `{column.name}`{star} | {KIND[column.kind]} | {_cell(meaning)} | {_allowed(column)} |"
    )


def _allowed(column: Column) -> str:
    parts = []
    if column.codes:
        parts.append(f"[{column.codes}](#codelijst-{column.codes})")
    if column.pattern:
        parts.append(f"`{_cell(column.pattern)}`")
    if column.minimum is not None:
        parts.append(f"vanaf {column.minimum:g}")
    if column.maximum is not None:
        parts.append(f"tot en met {column.maximum:g}")
    if column.earliest and column.latest:
        parts.append(f"van {column.earliest:%d-%m-%Y} tot en met {column.latest:%d-%m-%Y}")
    if column.refers_to:
        parts.append(f"komt voor in [{column.refers_to[0]}](#{column.refers_to[0]})")
    return "; ".join(parts)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def metrics(contracts: Contracts) -> str:
    """`METRICS.md`: every figure with its definition, in Dutch."""
    return metrics_page.page(METRICS, publication_plan.load(METRICS), contracts)


def effects(contracts: Contracts) -> str:
    """`EFFECTS.md`: every promise of Zorg In School and how it is measured, in Dutch."""
    return effects_page.page(EFFECTS, SAVINGS, contracts)


def main(folder: Path) -> None:
    """Write every page into `folder`."""
    contracts = contract_files.load()
    pages = {
        "DATASETS.md": datasets(contracts),
        "METRICS.md": metrics(contracts),
        "EFFECTS.md": effects(contracts),
        "docs/methoden.md": methods.page(ROOT, contracts),
        "DEVELOPERS.md": rooms.page((ROOT / "DEVELOPERS.md").read_text("utf-8"), ROOT),
    }
    for language in messages.LANGUAGES:
        file = messages.FOLDER / f"{language}.po"
        pages[str(file)] = messages.catalogue(language, contracts, folder / file)
    for name, made in pages.items():
        (folder / name).write_text(made, "utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
