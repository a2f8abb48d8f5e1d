"""Mistakes as suppliers make them, planted where the demo knows them to be.

Each mistake changes one row that no other row depends on, or adds one row at the end of a file,
and breaks exactly one promise of a contract.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from pipelines.demo.layouts import Raw
from pipelines.demo.mistake import WAARSCHUWING, Change, Mistake, cut, days, one_more, same


def mistakes() -> tuple[Mistake, ...]:
    return (
        *_kolibri(),
        *_vliegerhof(),
        *_maatwerk(),
        *_referrals(),
        *_suspensions(),
        *_absences(),
        *_care(),
        *_others(),
        *_structure(),
        *_cooperation(),
    )


def _kind(*kinds: str) -> pl.Expr:
    return pl.col("_onderwijssoort").is_in(list(kinds))


_WAITED = (pl.col("start_datum") - pl.col("aanmeld_datum")).dt.total_days()
_BEGUN = pl.col("start_datum").is_not_null()
_STILL_OPEN: Mapping[str, Change] = {
    "eind_datum": None,
    "afsluitreden": "nog_open",
    "vervolg": None,
}


def _kolibri() -> tuple[Mistake, ...]:
    def file(years: str) -> str:
        return f"kolibri_smw_trajecten_{years}.csv"

    return (
        Mistake(
            file("2021-2022"),
            "eind_voor_start",
            {"eind_datum": days("start_datum", -2)},
            where=_WAITED > 8,
        ),
        Mistake(file("2021-2022"), "lang_open", _STILL_OPEN, WAARSCHUWING, where=_BEGUN),
        Mistake(file("2021-2022"), "leeftijd.bereik", {"leeftijd": 45}),
        Mistake(
            file("2022-2023"),
            "aanmeld_datum.type",
            {"aanmeld_datum": Raw("31-02-2023")},
            where=_BEGUN,
        ),
        Mistake(file("2022-2023"), "problematiek.code", {"problematiek": Raw("Ruzie met buren")}),
        Mistake(
            file("2023-2024"), "traject_id.uniek", {"traject_id": same("traject_id")}, extra=True
        ),
        Mistake(file("2023-2024"), "vestigingscode.verwijzing", {"vestigingscode": "99ZZ00"}),
        Mistake(file("2023-2024"), "leerling_id.patroon", {"leerling_id": cut("leerling_id", 40)}),
        Mistake(file("2023-2024"), "uren.type", {"uren": Raw("ca. 6")}, where=_BEGUN),
        Mistake(
            file("2024-2025"),
            "afsluitreden_zonder_einddatum",
            {"eind_datum": None},
            where=_BEGUN,
        ),
        Mistake(file("2024-2025"), "jp_buiten_speciaal", {"rol": "JP"}, where=_kind("bo")),
        Mistake(
            file("2024-2025"),
            "meer_behaald_dan_gesteld",
            {"doelen_behaald": one_more("doelen_gesteld")},
            where=pl.col("doelen_gesteld") > 0,
        ),
        Mistake(file("2024-2025"), "preventieniveau.verplicht", {"preventieniveau": None}),
    )


def _vliegerhof() -> tuple[Mistake, ...]:
    file = "devliegerhof_smw_trajecten_2021-2025.xlsx"
    long_ago = pl.col("aanmeld_datum") < dt.date(2023, 8, 1)
    return (
        Mistake(
            file, "eind_voor_start", {"eind_datum": days("start_datum", -3)}, where=_WAITED > 9
        ),
        Mistake(file, "start_datum.type", {"start_datum": Raw("31-02-2024")}, where=_BEGUN),
        Mistake(file, "werkvorm.code", {"werkvorm": Raw("spelbegeleiding")}),
        Mistake(file, "leerling_id.verplicht", {"leerling_id": None}),
        Mistake(file, "traject_id.uniek", {"traject_id": same("traject_id")}, extra=True),
        Mistake(file, "lang_open", _STILL_OPEN, WAARSCHUWING, where=long_ago & _BEGUN),
        Mistake(file, "gas_score.bereik", {"gas_score": 7}, where=_BEGUN),
        Mistake(file, "einddatum_zonder_afsluitreden", {"afsluitreden": "nog_open"}),
    )


def _maatwerk() -> tuple[Mistake, ...]:
    def file(years: str) -> str:
        return f"maatwerk-havenrijk_smw_trajecten_{years}.csv"

    return (
        Mistake(file("2021-2022"), "wijkcode.patroon", {"wijkcode": "WK99"}),
        Mistake(file("2021-2022"), "tevredenheid_leerling.bereik", {"tevredenheid_leerling": 11}),
        Mistake(file("2022-2023"), "instrumenten.code", {"instrumenten": Raw("ETM|SCOL")}),
        Mistake(file("2022-2023"), "jw_buiten_vo", {"rol": "JW"}, where=_kind("bo")),
        Mistake(file("2023-2024"), "aanmelder.verplicht", {"aanmelder": None}),
        Mistake(
            file("2024-2025"),
            "eind_voor_aanmelding",
            {"eind_datum": days("aanmeld_datum", -5), "start_datum": None},
            where=_BEGUN,
        ),
        Mistake(
            file("2024-2025"),
            "behaald_zonder_gesteld",
            {"doelen_gesteld": None},
            WAARSCHUWING,
            where=pl.col("doelen_behaald") > 0,
        ),
        Mistake(file("2024-2025"), "leerjaar.bereik", {"leerjaar": 12}),
    )


def _referrals() -> tuple[Mistake, ...]:
    kolibri = "kolibri_verwijzingen_2021-2025.csv"
    vliegerhof = "devliegerhof_verwijzingen_2021-2025.xlsx"
    maatwerk = "maatwerk-havenrijk_verwijzingen_2021-2025.csv"
    met = pl.col("overleg") != "geen"
    begun = pl.col("status") == "gestart"
    answered = (pl.col("acceptatie_datum") - pl.col("verwijs_datum")).dt.total_days()
    return (
        Mistake(
            kolibri,
            "verwijzing_voor_overleg",
            {"verwijs_datum": days("overleg_datum", -3)},
            where=met,
        ),
        Mistake(kolibri, "bestemming.code", {"bestemming": Raw("Logopedist")}),
        Mistake(kolibri, "traject_id.verwijzing", {"traject_id": "KOL-2019-0001"}),
        Mistake(kolibri, "gestart_zonder_startdatum", {"start_hulp_datum": None}, where=begun),
        Mistake(
            kolibri,
            "lang_open",
            {"status": "aangevraagd", "acceptatie_datum": None},
            WAARSCHUWING,
            pl.col("status") == "ingetrokken",
        ),
        Mistake(
            vliegerhof,
            "start_hulp_voor_acceptatie",
            {"start_hulp_datum": same("verwijs_datum")},
            where=begun & (answered > 1),
        ),
        Mistake(vliegerhof, "overleg_zonder_datum", {"overleg_datum": None}, WAARSCHUWING, met),
        Mistake(
            maatwerk, "startdatum_zonder_gestart", {"status": "geaccepteerd"}, WAARSCHUWING, begun
        ),
        Mistake(
            maatwerk,
            "terugkoppeling_voor_verwijzing",
            {"terugkoppeling_datum": days("verwijs_datum", -2)},
            WAARSCHUWING,
        ),
    )


def _suspensions() -> tuple[Mistake, ...]:
    def palet(years: str) -> str:
        return f"palet_schorsingen_{years}.csv"

    havenlicht = "havenlicht_schorsingen_2021-2025.xlsx"
    out = pl.col("soort") == "schorsing_extern"
    return (
        Mistake(
            palet("2021-2022"),
            "schorsing_te_lang",
            {"schooldagen": 8, "gemeld_inspectie": True},
            WAARSCHUWING,
            out,
        ),
        Mistake(palet("2022-2023"), "start_datum.type", {"start_datum": Raw("20230231")}),
        Mistake(
            palet("2023-2024"),
            "niet_gemeld",
            {"gemeld_inspectie": False, "schooldagen": 3},
            WAARSCHUWING,
            out,
        ),
        Mistake(palet("2024-2025"), "reden.code", {"reden": Raw("Telefoongebruik")}),
        Mistake(
            havenlicht,
            "schorsing_te_lang",
            {"schooldagen": 10, "gemeld_inspectie": True},
            WAARSCHUWING,
            out,
        ),
        Mistake(havenlicht, "schooldagen.bereik", {"schooldagen": 0}),
    )


def _absences() -> tuple[Mistake, ...]:
    def file(years: str) -> str:
        return f"leerplicht-veenhaven_thuiszitters_{years}.csv"

    enrolled = pl.col("soort") == "relatief"
    ended = pl.col("eind_datum").is_not_null()
    acted = pl.col("eerste_actie_datum").is_not_null()
    return (
        Mistake(
            file("2021-2022"),
            "eind_voor_start",
            {"eind_datum": days("start_datum", -7)},
            where=ended,
        ),
        Mistake(file("2022-2023"), "absoluut_met_school", {"soort": "absoluut"}, where=enrolled),
        Mistake(
            file("2022-2023"),
            "relatief_zonder_school",
            {"vestigingscode": None},
            WAARSCHUWING,
            enrolled,
        ),
        Mistake(
            file("2023-2024"),
            "eerste_actie_voor_start",
            {"eerste_actie_datum": days("start_datum", -4)},
            WAARSCHUWING,
            acted,
        ),
        Mistake(
            file("2021-2022"),
            "lang_open",
            {"eind_datum": None, "resultaat": "nog_thuis"},
            WAARSCHUWING,
            ended & enrolled,
        ),
        Mistake(file("2023-2024"), "woongemeente.patroon", {"woongemeente": "Veenmark"}),
        Mistake(
            file("2023-2024"),
            "resultaat_zonder_einddatum",
            {"eind_datum": None},
            WAARSCHUWING,
            ended,
        ),
    )


def _care() -> tuple[Mistake, ...]:
    def veenmark(years: str) -> str:
        return f"gemeente-veenmark_jeugdhulp_{years}.csv"

    havenrijk = "gemeente-havenrijk_jeugdhulp_2021-2025.csv"
    return (
        Mistake(veenmark("2021-2022"), "verwijderde_toewijzing", {"reden_wijziging": "13"}),
        Mistake(veenmark("2021-2022"), "volume_zonder_eenheid", {"eenheid": None}, WAARSCHUWING),
        Mistake(veenmark("2023-2024"), "hulpvorm.code", {"hulpvorm": Raw("Paardencoaching")}),
        Mistake(veenmark("2024-2025"), "eind_voor_start", {"eind_datum": days("start_datum", -30)}),
        Mistake(havenrijk, "niveau.bereik", {"niveau": 9}),
        Mistake(havenrijk, "volume_zonder_frequentie", {"frequentie": None}, WAARSCHUWING),
        Mistake(havenrijk, "tarief.type", {"tarief": Raw("n.t.b.")}),
    )


def _others() -> tuple[Mistake, ...]:
    pilot = "pilot-zis_zis_deelnames_2021-2025.csv"
    compared = pl.col("groep") == "vergelijking"
    waited = pl.col("start_ondersteuning_datum").is_not_null()
    return (
        Mistake(
            pilot,
            "ondersteuning_voor_signaal",
            {"start_ondersteuning_datum": days("signaal_datum", -10), "deelname_id": "ZIS-9001"},
            where=compared & waited,
            extra=True,
        ),
        Mistake(
            "gemeente-havenrijk_leerlingaantallen_2021-2025.csv",
            "schooljaar_klopt_niet",
            {"schooljaar": "2023/2026"},
            extra=True,
        ),
        Mistake(
            "gemeente-veenmark_gebieden_2021-2025.csv",
            "wijk_van_andere_gemeente",
            {"wijk": "WK990298", "wijknaam": "Onbekende wijk"},
            extra=True,
        ),
        Mistake(
            "gemeente-veenmark_tarieven_2021-2025.csv",
            "tarief_is_nul",
            {"tarief": 0.0, "hulpvorm": "overig"},
            WAARSCHUWING,
            extra=True,
        ),
    )


def _structure() -> tuple[Mistake, ...]:
    havenrijk = "gemeente-havenrijk_inzet_2021-2025.xlsx"
    return (
        Mistake(
            "gemeente-veenmark_inzet_2021-2025.csv",
            "aanvullend_zonder_aanleiding",
            {"aanleiding": None},
            WAARSCHUWING,
            where=pl.col("inzetsoort") == "aanvullend",
        ),
        Mistake(
            havenrijk,
            "tot_voor_van",
            {"tot": days("van", -14)},
            where=pl.col("van").is_not_null(),
        ),
        Mistake(havenrijk, "financier.code", {"financier": Raw("provincie")}),
        Mistake(
            "gemeente-havenrijk_achterstandsscores_2021-2025.csv",
            "score.bereik",
            {"score": -1.0},
        ),
        Mistake(
            "kolibri_activiteiten_2021-2025.csv",
            "geen_plaats",
            {"vestigingscode": None},
            WAARSCHUWING,
        ),
        Mistake(
            "maatwerk-havenrijk_activiteiten_2021-2025.csv",
            "deelnemers.type",
            {"deelnemers": Raw("ca. 20")},
        ),
        Mistake(
            "jongerenwerk-veenhaven_activiteiten_2021-2025.csv",
            "vorm.code",
            {"vorm": Raw("Buurtfeest")},
        ),
        Mistake(
            "devliegerhof_schoolafspraken_2021-2025.xlsx",
            "afspraak_na_schooljaar",
            {"afgesproken_op": days("afgesproken_op", 400)},
            WAARSCHUWING,
        ),
    )


def _cooperation() -> tuple[Mistake, ...]:
    helped = pl.col("ondersteuning_na_datum").is_not_null()
    known = pl.col("van_vestigingscode").is_not_null()
    answered = pl.col("score").is_not_null()
    return (
        Mistake(
            "palet_overgangen_2021-2025.csv",
            "ondersteuning_na_voor_overgang",
            {"ondersteuning_na_datum": days("datum", -21)},
            WAARSCHUWING,
            helped,
        ),
        Mistake(
            "havenlicht_overgangen_2021-2025.xlsx",
            "zelfde_school",
            {"naar_vestigingscode": same("van_vestigingscode")},
            WAARSCHUWING,
            known,
        ),
        Mistake(
            "formulieren-school_evaluatie_antwoorden_2021-2025.csv",
            "score.bereik",
            {"score": 7},
            where=answered,
        ),
        Mistake(
            "formulieren-wijkteam_evaluatie_antwoorden_2021-2025.csv",
            "score_bij_nvt",
            {"nvt": True},
            where=answered,
        ),
    )
