"""Accountability: how figures are made, how children are protected, what is not solved yet."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.language import mark, published, tr
from dashboard.release.released import Released
from dashboard.render import figure, markup
from dashboard.views import page
from dashboard.words import wording

TITLE = mark("Verantwoording")
QUESTION = mark("Hoe komen deze cijfers tot stand, en hoe zijn kinderen daarin beschermd?")

_METHOD = (
    (
        mark("Van levering naar cijfer"),
        mark(
            "Organisaties leveren exports die zij al hebben, zonder namen of nummers van personen. "
            "Elke rij wordt getoetst aan een afgesproken contract. Een rij die niet klopt, wordt "
            "apart gehouden en teruggemeld; wat binnenkomt is altijd gelijk aan goedgekeurd plus "
            "apart gehouden."
        ),
    ),
    (
        mark("Eén definitie"),
        mark(
            "Elk cijfer heeft één definitie, die overal gelijk is: op elke pagina, in elk bestand "
            "en in elk jaar. Verandert een definitie, dan krijgt zij een nieuwe versie met een "
            "datum."
        ),
    ),
    (
        mark("Verandering is nog geen effect"),
        mark(
            "Zonder vergelijkingsgroep spreken wij van verandering, met een vergelijkingsgroep van "
            "verschil. Effect zeggen wij alleen waar de onderzoeksopzet dat draagt. Na een slecht "
            "jaar volgt vaak vanzelf een beter jaar."
        ),
    ),
)
_PROTECTION = (
    (
        mark("Een vaste lijst"),
        mark(
            "Vooraf ligt vast welke tabellen ooit getoond mogen worden. Wat er niet in staat, is "
            "niet op te vragen, ook niet met een combinatie van filters."
        ),
    ),
    (
        mark("Afschermen, afronden en bewijzen"),
        mark(
            "Kleine aantallen worden afgeschermd en alle andere afgerond. Van elk afgeschermd "
            "getal is bewezen dat het uit alles wat wel zichtbaar is niet is terug te rekenen. "
            "Lukt dat bewijs niet, dan komt er geen publicatie."
        ),
    ),
    (
        mark("Wat het dashboard weet"),
        mark(
            "Het dashboard opent alleen het gepubliceerde bestand. Daarin staat geen kind, geen "
            "pseudoniem en geen onbeschermd klein aantal."
        ),
    ),
    (
        mark("Waar het bewijs ophoudt"),
        mark(
            "Het bewijs geldt voor wat is vastgelegd: het plan en deze publicatie. Wie de meeste "
            "kinderen in een kleine groep al kent, kan daarmee meer weten dan hier staat."
        ),
    ),
)
_ACCESS = (
    (
        mark("Waar wij ons aan houden"),
        mark(
            "WCAG 2.1 niveau AA. Status: voldoet gedeeltelijk. Het dashboard is nog niet door een "
            "onafhankelijke partij of door mensen met een beperking getoetst."
        ),
    ),
    (
        mark("Wat bij elke wijziging wordt getoetst"),
        mark(
            "Elke pagina, licht en donker, met axe-core: regels van WCAG 2.1 A en AA, zonder "
            "overtredingen. Elke pagina past op een scherm van 320 beeldpunten breed (een "
            "telefoon, of 400% vergroot) en op een laptop bij 200%. Met alleen het toetsenbord "
            "komt u langs het menu bij de inhoud, de filters, Over dit cijfer en de bestanden; de "
            "plek waar u bent, heeft steeds een rand. Wie minder beweging vraagt, krijgt geen "
            "overgangen."
        ),
    ),
    (
        mark("Kleur en contrast"),
        mark(
            "Licht of donker volgt de instelling van uw apparaat. Tekst heeft in beide een "
            "contrast van minstens 4,5 op 1, lijnen en staven van minstens 3 op 1. Kleur is "
            "nergens de enige drager van betekenis: namen, vormen en tekens zeggen hetzelfde."
        ),
    ),
    (
        mark("Grafieken"),
        mark(
            "Elke grafiek heeft een tabel met dezelfde waarden en een beschrijving voor wie de "
            "grafiek niet ziet. Op een smal scherm schuiven brede tabellen en grafieken in hun "
            "eigen vak."
        ),
    ),
    (
        mark("Nog niet in orde"),
        mark(
            "De toelichting bij een punt of staaf in een grafiek verschijnt met een muis of door "
            "te tikken, niet met het toetsenbord; de tabel geeft dezelfde waarden. Enkele "
            "meldingen van de gebruikte software, zoals bij een verbroken verbinding, zijn "
            "Engels. Wie Engels kiest, leest zinnen van de berekening en de rapporten in het "
            "Nederlands."
        ),
    ),
    (
        mark("Loopt u ergens tegenaan?"),
        mark(
            "Meld het bij wie u toegang gaf tot dit dashboard, met het adres van de pagina erbij. "
            "U krijgt de cijfers dan in een vorm die wel werkt."
        ),
    ),
)


def render(released: Released) -> None:
    about = released.about
    page.conclusion(
        [
            tr(
                "De cijfers zijn zo gemaakt dat geen kind erin is terug te vinden: aantallen onder "
                "**{drempel}** kinderen (bij gevoelige onderwerpen **{zwaar}**) zijn afgeschermd, "
                "de andere afgerond op **{afronding}**.",
                drempel=about.drempel,
                zwaar=about.drempel_zwaar,
                afronding=about.afronding,
            )
        ]
    )
    for title, rows in (
        (tr("Hoe de cijfers tot stand komen"), _said(_METHOD)),
        (tr("Hoe kinderen zijn beschermd"), _said(_PROTECTION)),
        (tr("Toegankelijkheid"), _said(_ACCESS)),
        (tr("Deze publicatie"), _about(released)),
    ):
        figure.section(title)
        figure.html(markup.terms(rows))


def _said(rows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(tr(name), tr(text)) for name, text in rows]


def _about(released: Released) -> list[tuple[str, str]]:
    about = released.about
    limits = tr(
        "{drempel} kinderen; {zwaar} bij gevoelige onderwerpen",
        drempel=about.drempel, zwaar=about.drempel_zwaar,
    )  # fmt: skip
    version = tr(
        "versie {versie}, revisie {revisie}",
        versie=about.versie_zichtlijn, revisie=about.git_revisie,
    )  # fmt: skip
    return [
        (tr("Kenmerk"), about.id),
        (tr("Gemaakt op"), wording.date(about.gemaakt_op)),
        (tr("Peildatum"), wording.date(about.peildatum)),
        (tr("Herkomst"), wording.origin(about.bron)),
        (tr("Drempel"), limits),
        (tr("Afronding"), tr("op {stap}", stap=about.afronding)),
        (tr("Oordeel over de bescherming"), published(about.oordeel)),
        (tr("Kenmerk van het bewijs"), str(about.bewijs_hash)),
        ("Zichtlijn", version),
    ]
