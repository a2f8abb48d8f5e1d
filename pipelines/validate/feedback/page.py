"""The feedback as one page of HTML that needs nothing but itself; it holds no rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from pipelines.validate.comparison import MEANING, SORT_IN_WORDS, Differences
from pipelines.validate.feedback.own_words import STATE_IN_WORDS, Reported
from pipelines.validate.feedback.report import Report, answer
from pipelines.validate.feedback.unused import in_ranges

OWN_SHEET = "Verschillen"  # of feedback.xlsx

_CSS = """
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; color: #1f2933; background: #fff;
  font: 1rem/1.5 Calibri, "Segoe UI", system-ui, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; color: #17375e;
  overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; color: #17375e; }
.uitslag { font-size: 1.15rem; padding: .7rem 1rem; border-left: .4rem solid #2e7d32;
  background: #eef6ee; margin: 1rem 0; }
.uitslag.fout { border-color: #b3261e; background: #fdeeec; }
.uitslag.waarschuwing { border-color: #8a6100; background: #fff6dc; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0; }
dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
.breed { overflow-x: auto; }
.breed + .breed { margin-top: 1.2rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
caption { text-align: left; padding: .2rem 0 .4rem; color: #52606d; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem;
  border-bottom: 1px solid #cbd2d9; overflow-wrap: break-word; min-width: 6rem; }
thead th { background: #17375e; color: #fff; }
tbody th { font-weight: 600; }
td.getal, th.getal { text-align: right; min-width: 3rem; }
tr.fout > th { border-left: .35rem solid #b3261e; }
tr.waarschuwing > th { border-left: .35rem solid #c98a00; }
tr.vraag > th { border-left: .35rem solid #17375e; }
tr.aanvaard > th, tr.niet_gecontroleerd > th { border-left: .35rem solid #7b8794; }
small { color: #52606d; overflow-wrap: anywhere; }
details summary { cursor: pointer; font-weight: 600; padding: .3rem 0; }
@media print { body { padding: 0; font-size: 9pt; } .breed { overflow: visible; }
  tr { break-inside: avoid; } thead { display: table-header-group; } }
"""


def render(report: Report, record: Mapping[str, Any] | None, docs: str = "") -> str:
    """The page; `record` is the second count's own result, where there is one, and `docs` the name
    of the page that Great Expectations made of it.
    """
    title = f"Terugkoppeling op {report.heading.file}"
    parts = [f"<h1>{escape(title)}</h1>", _verdict(report), _about(report)]
    if report.refusal:
        parts.append(f"<h2>Waarom</h2><p>{escape(report.refusal)}</p>")
        parts.append("<p>Herstel de export en lever het bestand opnieuw aan.</p>")
    else:
        parts += [_findings(report), _questions(report), _differences(report), unused(report)]
        parts += [_record(record, docs), _how_to(report)]
    return (
        '<!DOCTYPE html>\n<html lang="nl">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_CSS}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(p for p in parts if p)
        + "\n</main>\n</body>\n</html>\n"
    )


def _verdict(report: Report) -> str:
    states = {f.state for f in report.open} | ({"fout"} if report.refusal else set())
    kind = "fout" if "fout" in states else "waarschuwing" if states else ""
    return f'<p class="uitslag {kind}">{escape(report.verdict)}</p>'


def _about(report: Report) -> str:
    items = "".join(f"<dt>{escape(a)}</dt><dd>{escape(b)}</dd>" for a, b in report.about)
    return f"<h2>Over deze levering</h2><dl>{items}</dl>"


def _findings(report: Report) -> str:
    if not report.findings:
        rest = "" if report.open_questions else " U hoeft niets te doen."
        return f"<h2>Bevindingen</h2><p>Er zijn geen bevindingen.{rest}</p>"
    return "<h2>Bevindingen</h2>" + _table(
        "Geteld per regel; de rijen zelf staan in feedback.xlsx.",
        ("Stand", "Kolommen", "Rijen", "Wat is er mis", "Hoe te herstellen", "Wie herstelt"),
        (_finding(f) for f in report.findings),
    )


def _finding(finding: Reported) -> str:
    where = f"<br><small>Rij {in_ranges(finding.rows, 300)}</small>" if finding.rows else ""
    more = "".join(f"<br>{escape(t)}" for t in (finding.allowed, finding.note) if t)
    return (
        f'<tr class="{finding.state}"><th scope="row">{STATE_IN_WORDS[finding.state]}</th>'
        f"<td>{escape(', '.join(finding.columns))}</td>"
        f'<td class="getal">{finding.count or ""}</td>'
        f"<td>{escape(finding.message)}{more}{where}"
        f"<br><small>{escape(finding.rule)}</small></td>"
        f"<td>{escape(finding.remedy)}</td><td>{escape(finding.owner)}</td></tr>"
    )


def _questions(report: Report) -> str:
    if not report.questions:
        return ""
    rows = (
        f'<tr class="{"aanvaard" if q.accepted else "vraag"}"><th scope="row">'
        f"{'Beantwoord' if q.accepted else 'Vraag'}</th><td>{escape(', '.join(q.columns))}</td>"
        f"<td>{escape(q.message)}<br><small>{escape(q.rule)}</small></td>"
        f"<td>{escape(answer(q) or q.remedy)}</td></tr>"
        for q in report.questions
    )
    return "<h2>Vragen</h2>" + _table(
        "Ongewoon naast de vorige periode. Een vraag houdt niets tegen: de levering telt mee.",
        ("Stand", "Kolommen", "Wat valt op", "Wat wij u vragen"),
        rows,
    )


def _differences(report: Report) -> str:
    found = report.differences
    if found is None:
        return ""
    heading = (
        "<h2>Verschillen met de vorige levering</h2>"
        f"<p>Deze levering vervangt {escape(found.file)} (kenmerk {escape(found.replaced)})."
    )
    if not found.total:
        return f"{heading} Dezelfde rijen tellen mee, met dezelfde gegevens.</p>"
    return f"{heading} Gelijk gebleven: {found.same}.</p>{_compared(found)}"


def _compared(found: Differences) -> str:
    rows = [
        f'<tr><th scope="row">{SORT_IN_WORDS[sort]}</th><td>{escape(MEANING[sort])}</td>'
        f'<td class="getal">{count}</td>'
        f"<td>{in_ranges(found.numbers(sort), 300, OWN_SHEET)}</td></tr>"
        for sort, count in found.counts.items()
        if count
    ]
    table = _table(
        "Geteld over de rijen die meetellen; welke het zijn, staat in feedback.xlsx.",
        ("Verschil", "Betekenis", "Aantal", "Rij in uw bestand"),
        rows,
    )
    if not found.columns:
        return table
    changed = (
        f'<tr><th scope="row">{escape(column)}</th><td class="getal">{count}</td></tr>'
        for column, count in found.columns.items()
    )
    return table + _table("Gewijzigde cellen per kolom.", ("Kolom", "Aantal"), changed)


def unused(report: Report) -> str:
    if not report.unused:
        return ""
    rows = (
        f'<tr><th scope="row">{escape(u.sort)}</th><td>{escape(u.what)}</td>'
        f'<td class="getal">{"" if u.count is None else u.count}</td><td>{escape(u.why)}</td></tr>'
        for u in report.unused
    )
    return "<h2>Onbekend of niet gebruikt</h2>" + _table(
        "Wat Zichtlijn niet kende, niet nodig had of niet kon nagaan.",
        ("Soort", "Wat", "Aantal", "Uitleg"),
        rows,
    )


def _record(record: Mapping[str, Any] | None, docs: str) -> str:
    heading = "<h2>Tweede telling</h2>"
    if record is None:
        return (
            f"{heading}<p>Deze controle is een proef: de tweede, onafhankelijke telling met Great"
            " Expectations loopt mee als de levering wordt ingelezen.</p>"
        )
    told: Sequence[Mapping[str, Any]] = record["verwachtingen"]
    failed = sum(not e["geslaagd"] for e in told)
    rows = (
        f'<tr><th scope="row">{escape(str(e["regel"]))}</th><td>{escape(str(e["soort"]))}</td>'
        f"<td>{'geslaagd' if e['geslaagd'] else 'niet geslaagd'}</td>"
        f'<td class="getal">{"" if e["aantal"] is None else e["aantal"]}</td></tr>'
        for e in sorted(told, key=lambda e: bool(e["geslaagd"]))
    )
    return (
        f"{heading}<p>Great Expectations heeft dezelfde rijen onafhankelijk nageteld:"
        f" {len(told)} controles, {len(told) - failed} zonder en {failed} met afwijkende rijen."
        " Beide tellingen komen overeen; anders was de levering geweigerd."
        + (f' <a href="{docs}">Verslag van Great Expectations</a>.' if docs else "")
        + "</p>"
        "<details><summary>Alle controles</summary>"
        + _table("Uitkomst per controle.", ("Regel", "Controle", "Uitkomst", "Rijen"), rows)
        + "</details>"
    )


def _how_to(report: Report) -> str:
    if not report.open:
        return ""
    return (
        "<h2>Zo herstelt u de levering</h2><ol>"
        "<li>Open <strong>feedback.xlsx</strong>, blad 'Uw rijen': uw eigen rijen, zoals u ze"
        " leverde. Wijs een gekleurde cel aan voor de uitleg.</li>"
        "<li>Een fout houdt de rij apart tot zij hersteld is. Een rij met alleen waarschuwingen"
        " telt mee; kijk haar na.</li>"
        "<li>Verbeter het in uw bronsysteem en lever de export opnieuw aan, met dezelfde"
        " leverancier en periode. De nieuwe levering vervangt de vorige.</li></ol>"
    )


def _table(caption: str, titles: Sequence[str], rows: Iterable[str]) -> str:
    numbers = ("Rijen", "Aantal")
    head = "".join(
        f'<th scope="col"{" class=" + chr(34) + "getal" + chr(34) if t in numbers else ""}>{t}</th>'
        for t in titles
    )
    return (
        f'<div class="breed" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table><caption>{escape(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )
