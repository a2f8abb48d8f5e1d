"""Accountability: how figures are made, how children are protected, what is not solved yet."""

from __future__ import annotations

from dashboard import figure, page, tables, wording
from dashboard.released import Released

TITLE = "Verantwoording"
QUESTION = "Hoe komen deze cijfers tot stand, en hoe zijn kinderen daarin beschermd?"

_METHOD = (
    (
        "Van levering naar cijfer",
        "Organisaties leveren exports die zij al hebben, zonder namen of nummers van personen. "
        "Elke rij wordt getoetst aan een afgesproken contract. Een rij die niet klopt, wordt apart "
        "gehouden en teruggemeld; wat binnenkomt is altijd gelijk aan goedgekeurd plus apart "
        "gehouden.",
    ),
    (
        "Eén definitie",
        "Elk cijfer heeft één definitie, die overal gelijk is: op elke pagina, in elk bestand en "
        "in elk jaar. Verandert een definitie, dan krijgt zij een nieuwe versie met een datum.",
    ),
    (
        "Verandering is nog geen effect",
        "Zonder vergelijkingsgroep spreken wij van verandering, met een vergelijkingsgroep van "
        "verschil. Effect zeggen wij alleen waar de onderzoeksopzet dat draagt. Na een slecht jaar "
        "volgt vaak vanzelf een beter jaar.",
    ),
)
_PROTECTION = (
    (
        "Een publicatieplan",
        "Vooraf ligt vast welke tabellen ooit getoond mogen worden. Wat er niet in staat, is niet "
        "op te vragen, ook niet met een combinatie van filters.",
    ),
    (
        "Afschermen, afronden en bewijzen",
        "Kleine aantallen worden afgeschermd en alle andere afgerond. Van elk afgeschermd getal is "
        "bewezen dat het uit alles wat wel zichtbaar is niet is terug te rekenen. Lukt dat bewijs "
        "niet, dan komt er geen publicatie.",
    ),
    (
        "Wat het dashboard weet",
        "Het dashboard opent alleen het gepubliceerde bestand. Daarin staat geen kind, geen "
        "pseudoniem en geen onbeschermd klein aantal.",
    ),
    (
        "Waar het bewijs ophoudt",
        "Het bewijs geldt voor wat is vastgelegd: het plan en deze publicatie. Wie de meeste "
        "kinderen in een kleine groep al kent, kan daarmee meer weten dan hier staat.",
    ),
)
_ACCESS = (
    (
        "Waar wij ons aan houden",
        "WCAG 2.1 niveau AA. Status: voldoet gedeeltelijk. Het dashboard is nog niet door een "
        "onafhankelijke partij of door mensen met een beperking getoetst.",
    ),
    (
        "Wat bij elke wijziging wordt getoetst",
        "Elke pagina, licht en donker, met axe-core: regels van WCAG 2.1 A en AA, zonder "
        "overtredingen. Elke pagina past op een scherm van 320 beeldpunten breed (een telefoon, "
        "of 400% vergroot) en op een laptop bij 200%. Met alleen het toetsenbord komt u langs het "
        "menu bij de inhoud, de filters, Over dit cijfer en de bestanden; de plek waar u bent, "
        "heeft steeds een rand. Wie minder beweging vraagt, krijgt geen overgangen.",
    ),
    (
        "Kleur en contrast",
        "Licht of donker volgt de instelling van uw apparaat. Tekst heeft in beide een contrast "
        "van minstens 4,5 op 1, lijnen en staven van minstens 3 op 1. Kleur is nergens de enige "
        "drager van betekenis: namen, vormen en tekens zeggen hetzelfde.",
    ),
    (
        "Grafieken",
        "Elke grafiek heeft een tabel met dezelfde waarden en een beschrijving voor wie de grafiek "
        "niet ziet. Op een smal scherm schuiven brede tabellen en grafieken in hun eigen vak.",
    ),
    (
        "Nog niet in orde",
        "De toelichting bij een punt of staaf in een grafiek verschijnt alleen met een muis; de "
        "tabel geeft dezelfde waarden. De beschrijving van sommige grafieken noemt wat er staat, "
        "maar niet de conclusie. Enkele meldingen van de gebruikte software, "
        "zoals bij een verbroken verbinding, zijn Engels.",
    ),
    (
        "Loopt u ergens tegenaan?",
        "Meld het bij wie u toegang gaf tot dit dashboard, met het adres van de pagina erbij. "
        "U krijgt de cijfers dan in een vorm die wel werkt.",
    ),
)


def render(released: Released) -> None:
    about = released.about
    page.conclusion(
        [
            "De cijfers zijn zo gemaakt dat geen kind erin is terug te vinden: aantallen onder "
            f"**{about.drempel}** kinderen (bij gevoelige onderwerpen **{about.drempel_zwaar}**) "
            f"zijn afgeschermd, de andere afgerond op **{about.afronding}**.",
        ]
    )
    for title, rows in (
        ("Hoe de cijfers tot stand komen", _METHOD),
        ("Hoe kinderen zijn beschermd", _PROTECTION),
        ("Toegankelijkheid", _ACCESS),
        ("Deze publicatie", _about(released)),
    ):
        figure.section(title)
        figure.html(tables.terms(rows))


def _about(released: Released) -> tuple[tuple[str, str], ...]:
    about = released.about
    return (
        ("Kenmerk", about.id),
        ("Gemaakt op", wording.date(about.gemaakt_op)),
        ("Peildatum", wording.date(about.peildatum)),
        ("Herkomst", wording.origin(about.bron)),
        ("Drempel", f"{about.drempel} kinderen; {about.drempel_zwaar} bij gevoelige onderwerpen"),
        ("Afronding", f"op {about.afronding}"),
        ("Oordeel over de bescherming", str(about.oordeel)),
        ("Kenmerk van het bewijs", str(about.bewijs_hash)),
        ("Zichtlijn", f"versie {about.versie_zichtlijn}, revisie {about.git_revisie}"),
    )
