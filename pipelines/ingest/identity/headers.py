"""What a column's header promises to hold."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipelines.ingest.headings import normal

_NUMBER = r" ?(nummers?|nrs?)"
_PERSON = (
    r"(leerling|lln?|kind|jeugdige|client|deelnemer|student|pupil|persoon|ouder|verzorger|vader"
    r"|moeder|voogd|gezin|partner|contact ?persoon|medewerker|begeleider|behandelaar"
    r"|hulpverlener|leerkracht|docent|mentor|aanmelder|verwijzer)(s|en)? ?\d?"
)
PERSON_HEADERS: Mapping[str, str] = {
    "burgerservicenummer": (
        rf"\b({_PERSON} ?)?(bsn({_NUMBER})?|burger ?service{_NUMBER}|so ?fi({_NUMBER})?)\b"
    ),
    "onderwijsnummer": rf"\b((onderwijs|persoons ?gebonden|pgn|ow){_NUMBER}|pgn)\b",
    "naam": (
        r"\b((achter|voor|roep|familie|geslachts|meisjes|geboorte|doop|partner|bij|gebruikers)"
        r" ?na(am|men)|voorletters?|initialen|tussen ?voegsels?|voor ?voegsels?"
        rf"|na(am|men) (van )?(de |het )?{_PERSON}|{_PERSON} ?na(am|men)"
        r"|(sur|first ?|last ?|given ?|family ?|full ?)names?)\b"
    ),
    "geboortedatum": (
        r"\b(geboorte ?(datum|dag|dd|dat)|geb ?(datum|dat|dd)|datum (van )?(de )?geboorte"
        r"|birth ?da(te|y)|date of birth|dob)\b"
    ),
    "geboorteplaats": r"\b(geboorte|geb) ?(plaats|gemeente)\b",
}
ADDRESS_HEADERS: Mapping[str, str] = {
    "adres": (
        r"\b((woon|post|straat|verblijfs?|brief)? ?adres(regel)? ?\d?|straat ?(naam)?"
        r"|huis ?(nummer|nr|letter)s?|toevoeging)\b"
    ),
    "postcode": r"(?<!voorkomende )\b(post ?code ?6?|pc ?6|zip ?code)\b",
    "telefoonnummer": (
        r"\b(telefoon ?(nummer|nr)?|tel ?(nr|nummer)?|mobiel ?(nummer|nr)?|gsm|06 ?(nummer|nr)"
        r"|phone)\b ?\d?"
    ),
    "e-mailadres": r"\be ?mail ?(adres)?\b",
    "rekeningnummer": r"\b(iban|(bank ?)?rekening ?(nummer|nr))\b",
}
# Only where a header row is known: as a loose cell these words say too little.
BARE_NAME = r"^((volledige|weergave) ?)?na(am|men)$|^naam volledig$|^names?$"
PERSON_ROLES = (
    r"^((naam|contact|gegevens) )?((de|het|van|vaste|eigen|huidige) )*(mentor(en)?|begeleiders?"
    r"|(intern|ambulant) begeleider|ib er|contact ?personen"
    r"|contact ?persoon( (school|ouders?|gezin))?"
    r"|(groeps ?)?leerkracht(en)?|docent(en)?|leraar|coach|casus ?regisseur|regisseur|hulpverlener"
    r"|behandelaar|(school ?)?maatschappelijk werk(er|ster)|smw er|medewerker|consulent"
    r"|leerplicht ?ambtenaar|zorg ?coordinator|directeur|aanmelder|verwijzer"
    r"|(aangemeld|verwezen|ingevuld|geregistreerd|gemeld|ingevoerd) door|vader|moeder|ouders?"
    r"|verzorgers?|voogd)( ?\d)?$"
)
FREE_TEXT_HEADERS = (
    r"\b(opmerking(en)?|toelichting(en)?|notities?|aantekening(en)?|memo|(gespreks ?)?verslag(en)?"
    r"|vrije tekst|bijzonderheden|commentaar|beschrijving|anamnese|voorgeschiedenis|situatieschets"
    r"|omschrijving (van )?(de |het )?(hulpvraag|probleem|problematiek|situatie|klacht)"
    r"|remarks?|comments?|notes?)\b"
)


def kinds_of_header(header: str, *, person_level: bool) -> list[str]:
    """What a column of this name promises to hold; free text is judged by its values."""
    patterns = {**PERSON_HEADERS, **(ADDRESS_HEADERS if person_level else {})}
    words = words_of(header)
    return [kind for kind, pattern in patterns.items() if re.search(pattern, words)]


def is_person_role(header: str) -> bool:
    """Whether a column of this name holds people: `Mentor`, `Aangemeld door`."""
    return bool(re.search(PERSON_ROLES, words_of(header)))


def is_free_text_header(header: str) -> bool:
    return bool(re.search(FREE_TEXT_HEADERS, words_of(header)))


def is_bare_name(header: str) -> bool:
    return bool(re.search(BARE_NAME, words_of(header)))


def words_of(header: str) -> str:
    """`GeboorteDatum`, `GEBOORTE_DATUM` and `Geboorte-datum` -> `geboorte datum`."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", header)
    return re.sub(r"[^a-z0-9]+", " ", normal(apart)).strip()


def column_letter(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA, as a spreadsheet names its columns."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
