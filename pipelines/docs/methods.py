"""`docs/methoden.md`: every formula, estimator, protection rule, norm and price with its source.

A method is a public function whose docstring has a line `Equation:`. What it says, its equation and
its source stand there and nowhere else; which tests hold it and which modules use it is looked up.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.contracts import Contracts
from pipelines.errors import ContractError
from pipelines.parameters import Parameter

ROOMS: Mapping[str, str] = {
    "pipelines/metrics/statistics": "Onzekerheid van cijfers",
    "pipelines/release/bounds.py": "Onzekerheid na afronding",
    "pipelines/release/disclosure/rules.py": "Bescherming: wat wordt verborgen en bewezen",
    "pipelines/release/disclosure/numbers.py": "Bescherming: afronden",
    "pipelines/effects/estimators": "Schatters van effecten",
    "pipelines/effects/pilots": "Vóór een pilot",
    "pipelines/effects/savings": "Kosten en besparing",
}
"""Where formulas live, and the heading they come under; a test looks for formulas elsewhere."""

_FIELD = re.compile(r"^(Equation|Source): (.+(?:\n {4}.+)*)", re.MULTILINE)


@dataclass(frozen=True)
class Method:
    """One formula: `name` as `module.function`, `file` from the root of the project, what it
    `means` (a sentence), and the files that test it and use it."""

    name: str
    file: str
    means: str
    equation: str
    source: str
    tests: tuple[str, ...]
    used_by: tuple[str, ...]


def methods(root: Path) -> dict[str, list[Method]]:
    """Heading -> its methods, in the order of the code. Raises ContractError where one has no
    source, no test, or nothing that uses it."""
    tests, code = _texts(root / "tests", root), _texts(root / "pipelines", root)
    code |= _texts(root / "dashboard", root)
    found = {
        heading: [
            _checked(method)
            for file in _files(root / room)
            for method in _in_file(file.relative_to(root).as_posix(), code, tests)
        ]
        for room, heading in ROOMS.items()
    }
    empty = [room for room, heading in ROOMS.items() if not found[heading]]
    if empty:
        raise ContractError(f"In {', '.join(empty)} staat geen enkele formule ('Equation:').")
    return found


def page(root: Path, contracts: Contracts) -> str:
    """The page, in Dutch; the words of a formula are those of the code."""
    lines = [
        "# Methoden",
        "",
        "Gemaakt uit de code en `data_contracts/parameters.yaml` met `make docs`; wijzig die en",
        "niet deze pagina. Elke formule, schatter, beschermingsregel, norm en prijs staat hier met",
        "haar bron, de toetsen die haar vasthouden en wat haar gebruikt. De woorden bij een",
        "formule zijn die van de code, en daarom Engels.",
        "",
        *(f"- [{heading}](#{_anchor(heading)})" for heading in (*ROOMS.values(), _PARAMETERS)),
    ]
    for heading, listed in methods(root).items():
        lines += ["", f'<a id="{_anchor(heading)}"></a>', f"## {heading}"]
        for method in listed:
            lines += ["", *_method(method)]
    lines += ["", f'<a id="{_anchor(_PARAMETERS)}"></a>', f"## {_PARAMETERS}", ""]
    lines += ["| Naam | Betekenis | Waarde | Geldt | Bron |", "|---|---|---|---|---|"]
    entries = (entry for one in contracts.parameters.values() for entry in one.entries)
    lines += [_parameter(entry) for entry in sorted(entries, key=lambda entry: entry.line)]
    return "\n".join(lines) + "\n"


_PARAMETERS = "Normen, grenzen, prijzen en drempels"


def _method(method: Method) -> list[str]:
    return [
        f"### `{method.name}`",
        "",
        method.means,
        "",
        f"- Formule: `{method.equation}`",
        f"- Bron: {method.source}",
        f"- Code: [{method.file}](../{method.file})",
        f"- Toetsen: {_links(method.tests)}",
        f"- Gebruikt in: {_links(method.used_by)}",
    ]


def _links(files: tuple[str, ...]) -> str:
    return ", ".join(f"[{Path(f).stem}](../{f})" for f in files)


def _parameter(one: Parameter) -> str:
    until = "" if one.valid_to is None else f" tot en met {one.valid_to:%d-%m-%Y}"
    cells = (
        f"`{one.name}`",
        one.label,
        f"{one.value:g}".replace(".", ",") + f" {one.unit}",
        f"vanaf {one.valid_from:%d-%m-%Y}{until}",
        one.source,
    )
    return "| " + " | ".join(" ".join(c.split()).replace("|", "\\|") for c in cells) + " |"


def _checked(method: Method) -> Method:
    lacks = {
        "een bron ('Source:')": not method.source,
        "een toets": not method.tests,
        "een gebruiker: niets in het product roept haar aan": not method.used_by,
    }
    missing = [what for what, absent in lacks.items() if absent]
    if missing:
        raise ContractError(f"{method.file}: {method.name} mist {' en '.join(missing)}.")
    return method


def _in_file(file: str, code: Mapping[str, str], tests: Mapping[str, str]) -> Iterator[Method]:
    module = Path(file).stem
    tree = ast.parse(code[file])
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        said = ast.get_docstring(node) or ""
        fields = {key: " ".join(text.split()) for key, text in _FIELD.findall(said)}
        if "Equation" not in fields:
            continue
        yield Method(
            name=f"{module}.{node.name}",
            file=file,
            means=" ".join(said.split("\n\n")[0].split()),
            equation=fields["Equation"],
            source=fields.get("Source", ""),
            tests=_naming(node.name, module, tests),
            used_by=_naming(node.name, module, {f: t for f, t in code.items() if f != file})
            or _within(node.name, file, code[file]),
        )


def _naming(function: str, module: str, texts: Mapping[str, str]) -> tuple[str, ...]:
    """Files that import the module and name its function."""
    known = re.compile(
        rf"\.{module} import|import [^\n]*\b{module}\b|^ +{module}(?: as \w+)?,$", re.MULTILINE
    )
    named = re.compile(rf"(?:\b{module}\.|(?<![.\w])){function}\b")
    return tuple(
        sorted(f for f, text in texts.items() if known.search(text) and named.search(text))
    )


def _within(function: str, file: str, text: str) -> tuple[str, ...]:
    """The file itself, where the function is used in it beside its definition."""
    return (file,) if re.search(rf"(?<!def )\b{function}\(", text) else ()


def _files(place: Path) -> list[Path]:
    return [place] if place.is_file() else sorted(place.glob("*.py"))


def _texts(folder: Path, root: Path) -> dict[str, str]:
    return {
        file.relative_to(root).as_posix(): file.read_text("utf-8")
        for file in sorted(folder.rglob("*.py"))
        if "__pycache__" not in file.parts
    }


def _anchor(heading: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")
