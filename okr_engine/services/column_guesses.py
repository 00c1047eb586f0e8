"""What the columns and codes of a file may mean, guessed from how Finnish, Swedish and English files name them."""

import re
from collections.abc import Iterable, Mapping, Sequence

from okr_engine.measuring.tables import TABLES, Column

_HEADINGS: Mapping[str, str] = {
    "source_event_id": "tapahtuma tapahtumaid tapahtumatunnus käynti käyntiid käyntitunnus id tunniste "
    "händelse händelseid besök besöksid event eventid",
    "version_no": "versio versionumero version versionsnummer",
    "visit_id": "asiointi asiointitunnus ärende ärendeid",
    "person_key": "hetu henkilötunnus henkilö asiakas asiakastunnus asiakasnumero potilas potilastunnus "
    "personbeteckning personnummer person klient klientnummer kund patient patientid personid ssn clientid",
    "area_id": "alue hyvinvointialue område välfärdsområde area region",
    "unit_id": "yksikkö yksikkötunnus palveluyksikkö toimipiste toimipaikka enhet serviceenhet verksamhetsställe "
    "unit clinic site",
    "kind": "laji käyntilaji käynninlaji käyntityyppi tyyppi besökstyp typ type visittype",
    "arrival_ts_utc": "saapui saapumisaika saapumishetki tuloaika alkuaika alkoi ankomst ankomsttid anlände "
    "arrival arrived arrivaltime",
    "departure_ts_utc": "lähti lähtöaika poistui poistumisaika loppuaika päättyi avgång avgick avgångstid lämnade "
    "departure departed departuretime",
    "arrival_date_local": "saapumispäivä tulopäivä ankomstdatum arrivaldate",
    "planned": "suunniteltu planerad planned",
    "disposition": "jatkohoito jatkohoitopaikka fortsattvård",
    "triage": "kiireellisyys triageluokka brådskandegrad",
    "parent_event_id": "edeltävätapahtuma ylätapahtuma föregåendehändelse",
    "status": "tila tilanne status tillstånd",
    "service_event_oid": "palvelutapahtuma palvelutapahtumatunnus oid servicehändelse",
    "contact_kind": "yhteystapa asiointitapa kontaktitapa kontaktsätt contact contacttype",
    "profession": "ammatti ammattiryhmä yrke yrkesgrupp",
    "segment": "segmentti asiakasryhmä kundgrupp klientgrupp",
    "start_ts_utc": "alkoi alkuaika alkamisaika aloitusaika ajankohta aika började starttid tid start started time",
    "start_date_local": "alkupäivä aloituspäivä alkamispäivä alkoi päivä pvm päivämäärä startdatum datum date "
    "startdate",
    "episode_id": "jakso jaksotunnus odotus odotusid jonotus väntan episod id episode",
    "service_class": "palveluluokka palvelu serviceklass tjänst service",
    "start_event": "aloitustapahtuma alkutapahtuma starthändelse",
    "end_date_local": "päättyi päättymispäivä loppupäivä slutdatum avslutad ended enddate",
    "end_reason": "päättymissyy päättymisensyy loppusyy slutorsak reason",
    "age_at_start": "ikä ikäalussa ålder age",
    "medical_timing": "lääketieteellinenajoitus medicinsktidpunkt",
    "response_id": "vastaus vastausid vastaustunnus vastaaja svar svarsid id response",
    "metric": "mittari mätare",
    "chain_id": "ketju ketjuid kedja chain",
    "survey_id": "kysely kyselyid enkät enkätid survey",
    "answered_ts_utc": "vastattu vastausaika vastaushetki besvarad svarstid answered answeredat",
    "answered_date_local": "vastauspäivä pvm päivämäärä svarsdatum datum date",
    "raw_value": "alkuperäinenarvo vastausteksti ursprungligtvärde",
    "value": "arvo pisteet arvosana värde poäng betyg score",
    "scale_min": "asteikkoalkaa pienin lägsta lowest",
    "scale_max": "asteikkopäättyy suurin högsta highest",
    "language": "kieli språk",
    "indicator": "mittari tunnusluku mätare",
    "period_start": "jaksoalkaa alku alkaa periodbörjar",
    "period_end": "jaksopäättyy loppu päättyy periodslutar",
    "numerator": "osoittaja täljare",
    "denominator": "nimittäjä nämnare",
    "unit": "mittayksikkö måttenhet",
    "decimals": "desimaalit decimaler",
    "published_at": "julkaistu publicerad published",
    "source_system": "lähdejärjestelmä källsystem",
}

_CODES: Mapping[str, Mapping[str, str]] = {
    "kind": {
        "ED": "päivystys jour akut er emergency",
        "AMB": "avohoito poliklinikka vastaanotto avo poli mottagning öppenvård poliklinik outpatient",
        "INP": "osasto vuodeosasto laitos avdelning bäddavdelning inpatient",
        "HOME": "koti kotikäynti hem hembesök",
        "REMOTE": "etä etäkäynti etävastaanotto distans distansbesök",
    },
    "disposition": {
        "HOME": "koti kotiin hem",
        "ADMITTED": "osasto osastolle sairaalaan intagen avdelning",
        "TRANSFER": "siirto siirretty överflyttning flyttad",
        "LWBS": "poistui poistuinäkemättä avvek",
        "DIED": "kuollut avliden",
        "UNKNOWN": "tuntematon eitiedossa okänd",
    },
    "status": {
        "finished": "valmis päättynyt toteutunut avslutad genomförd done",
        "in_progress": "kesken käynnissä pågår",
        "planned": "suunniteltu varattu planerad bokad",
        "cancelled": "peruttu peruutettu avbokad inställd canceled",
        "no_show": "saapumatta eisaapunut uteblev uteblivit",
        "entered_in_error": "virheellinen kirjausvirhe felaktig",
    },
    "contact_kind": {
        "reception": "vastaanotto käynti mottagning besök",
        "home": "koti kotikäynti hem hembesök",
        "remote_live": "etävastaanotto puhelu video distansmottagning samtal",
        "remote_message": "viesti chat meddelande",
        "inpatient_stay": "osasto osastohoito avdelning",
        "without_contact": "ilmankontaktia asiakirja utankontakt",
        "between_professionals": "ammattilaistenvälinen konsultaatio konsultation",
        "other": "muu annat",
    },
    "end_reason": {
        "SERVED": "toteutui hoidettu sai vårdad fick",
        "PATIENT_CANCELLED": "perui asiakasperui avbokade",
        "OTHER": "muu annan annat",
    },
    "metric": {"NPS": "suositteluindeksi", "CSAT": "tyytyväisyys nöjdhet", "CES": "vaivattomuus"},
}


def guessed_table(headings: Iterable[str]) -> str:
    """The table of which the headings seem to name the most columns, the required ones counting double."""
    known = list(headings)

    def score(name: str) -> int:
        return sum(1 + (column in TABLES[name].required) for column in guessed_columns(name, known))

    return max(TABLES, key=score)


def guessed_columns(table: str, headings: Sequence[str]) -> dict[str, str]:
    """Canonical column → the heading that seems to mean it; each heading is used once, our own names before others."""
    by_name = {_bare(heading): heading for heading in reversed(headings)}
    found: dict[str, str] = {}
    columns = [column.name for column in TABLES[table].columns if column.name not in NOT_MAPPED]
    for names in (_own_name, _other_names):
        for column in columns:
            free = (by_name[bare] for name in names(column) if (bare := _bare(name)) in by_name)
            heading = next((each for each in free if each not in found.values()), None)
            if column not in found and heading is not None:
                found[column] = heading
    return found


def guessed_words(column: Column, codes: Iterable[str]) -> dict[str, str]:
    """Their code → our word, for the codes that can be guessed."""
    if column.words is None:
        return {}
    known = {
        _bare(name): word.value
        for word in column.words
        for name in (word.value, *_CODES.get(column.name, {}).get(word.value, "").split())
    }
    return {code: known[bare] for code in codes if (bare := _bare(code)) in known}


NOT_MAPPED = frozenset({"source_system", "source", "loaded_at", "run"})
"""Columns that the upload itself fills in."""


def _own_name(column: str) -> list[str]:
    return [column]


def _other_names(column: str) -> list[str]:
    return _HEADINGS.get(column, "").split()


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())
