"""Numbers, units, days and periods as people read them in three languages."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from okr_engine.i18n import day, figure, moment, number, period
from okr_engine.model.indicators import MeasureUnit
from okr_engine.periods import Period
from okr_engine.words import Language

FI, SV, EN = Language.FI, Language.SV, Language.EN
NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("language", "written"),
    [(FI, f"1{NBSP}234{NBSP}567,80"), (SV, f"1{NBSP}234{NBSP}567,80"), (EN, "1,234,567.80")],
)
def test_a_number_has_the_marks_of_its_language(language: Language, written: str) -> None:
    assert number(Decimal("1234567.80"), language) == written


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        ("2.565", 2, "2,57"),
        ("2.5649999999999999999999999999999999", 2, "2,56"),
        ("0.125", 2, "0,13"),
        ("-0.125", 2, f"{MINUS}0,13"),
        ("84.5", 0, "85"),
        ("85.5", 0, "86"),
        ("9.995", 2, "10,00"),
        ("90", 2, "90,00"),
    ],
)
def test_halves_are_rounded_away_from_zero(value: str, decimals: int, written: str) -> None:
    assert number(Decimal(value), FI, decimals=decimals) == written


def test_a_number_keeps_the_decimals_it_came_with_when_none_are_asked() -> None:
    assert number(Decimal("90.810"), FI) == "90,810"
    assert number(7, FI) == "7"


def test_a_long_number_keeps_every_digit() -> None:
    long = Decimal("-12345678901234567890123456789012345.5")

    assert number(long, EN).replace(",", "") == f"{MINUS}12345678901234567890123456789012345.5"
    assert number(long, EN, decimals=2).replace(",", "") == f"{MINUS}12345678901234567890123456789012345.50"


@pytest.mark.parametrize("language", Language)
def test_a_negative_number_has_a_real_minus_sign(language: Language) -> None:
    assert number(-12, language) == f"{MINUS}12"


def test_what_rounds_to_zero_has_no_sign() -> None:
    assert number(Decimal("-0.004"), FI, decimals=2, signed=True) == "0,00"


def test_a_change_is_written_with_its_sign() -> None:
    assert number(Decimal("3.2"), FI, signed=True) == "+3,2"
    assert number(Decimal("-20.70"), FI, signed=True) == f"{MINUS}20,70"
    assert number(0, FI, signed=True) == "0"


@pytest.mark.parametrize("unwritable", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_a_dash(unwritable: str) -> None:
    assert number(Decimal(unwritable), FI, decimals=1) == "–"


@pytest.mark.parametrize(
    ("value", "unit", "fi", "sv", "en"),
    [
        ("90.81", "percent", "90,81_%", "90,81_%", "90.81%"),
        ("85.5", "index", "85,5", "85,5", "85.5"),
        ("2.57", "million", "2,57_milj.", "2,57_mn", "2.57_M"),
        ("1", "days", "1_päivä", "1_dag", "1_day"),
        ("1.0", "days", "1,0_päivää", "1,0_dagar", "1.0_days"),
        ("14", "days", "14_päivää", "14_dagar", "14_days"),
        ("-1", "days", f"{MINUS}1_päivä", f"{MINUS}1_dag", f"{MINUS}1_day"),
        ("40", "minutes", "40_minuuttia", "40_minuter", "40_minutes"),
        ("2.5", "hours", "2,5_tuntia", "2,5_timmar", "2.5_hours"),
        ("1250", "count", "1_250", "1_250", "1,250"),
        ("4.2", "score", "4,2", "4,2", "4.2"),
        ("-12", "number", f"{MINUS}12", f"{MINUS}12", f"{MINUS}12"),
        ("1250", "euro", "1_250_€", "1_250_€", "EUR_1,250"),
        ("29.89", "points", "29,89_prosenttiyksikköä", "29,89_procentenheter", "29.89_percentage_points"),
    ],
)
def test_a_figure_is_written_with_its_unit(value: str, unit: str, fi: str, sv: str, en: str) -> None:
    written = [figure(Decimal(value), unit, language).replace(NBSP, "_").replace(" ", "_") for language in Language]

    assert written == [fi, sv, en]


def test_a_line_never_breaks_between_a_number_and_its_unit() -> None:
    for language in Language:
        assert " " not in figure(Decimal("1250.5"), "million", language)


def test_narrow_places_have_short_units() -> None:
    assert figure(Decimal("29.89"), "points", FI, short=True) == f"29,89{NBSP}%-yks."
    assert figure(14, "days", FI, short=True) == f"14{NBSP}pv"
    assert figure(Decimal("90.81"), "percent", FI, short=True) == f"90,81{NBSP}%"


def test_a_figure_is_rounded_before_its_grammatical_form_is_chosen() -> None:
    assert figure(Decimal("1.4"), "days", FI, decimals=0) == f"1{NBSP}päivä"
    assert figure(Decimal("1.5"), "days", FI, decimals=0, signed=True) == f"+2{NBSP}päivää"


@pytest.mark.parametrize("unit", ["percent", "days", "index"])
def test_a_missing_figure_is_a_dash_without_a_unit(unit: str) -> None:
    assert figure(None, unit, FI) == "–"


@pytest.mark.parametrize("unit", MeasureUnit)
def test_every_unit_of_an_indicator_can_be_written(unit: MeasureUnit) -> None:
    for language in Language:
        assert "«" not in figure(Decimal("1.5"), unit, language)


def test_a_unit_nobody_knows_still_shows_the_number() -> None:
    assert figure(3, "furlongs", FI) == "3 «figure.furlongs»"


def test_a_day_is_written_the_way_the_language_writes_it() -> None:
    assert [day(date(2025, 6, 3), language) for language in Language] == ["3.6.2025", "3.6.2025", "3 Jun 2025"]


def test_a_moment_is_shown_on_the_local_clock() -> None:
    summer = datetime(2025, 6, 30, 11, 5, tzinfo=UTC)

    assert moment(summer, FI) == "30.6.2025 klo 14.05"
    assert moment(summer, SV) == "30.6.2025 kl. 14.05"
    assert moment(summer, EN) == "30 Jun 2025, 14:05"
    assert moment(summer, FI, "Europe/Stockholm") == "30.6.2025 klo 13.05"


def test_the_local_clock_may_already_show_the_next_day_and_winter_time() -> None:
    assert moment(datetime(2025, 12, 31, 22, 0, tzinfo=UTC), FI) == "1.1.2026 klo 0.00"


def test_a_moment_without_a_time_zone_is_refused() -> None:
    naive = datetime(2025, 6, 30, 11, 5, tzinfo=UTC).replace(tzinfo=None)

    with pytest.raises(ValueError, match="aware"):
        moment(naive, FI)


@pytest.mark.parametrize(
    ("code", "fi", "sv", "en"),
    [
        ("2025-Q2", "Q2/2025", "Q2/2025", "Q2 2025"),
        ("2025-H1", "H1/2025", "H1/2025", "H1 2025"),
        ("2025-06", "kesäkuu 2025", "juni 2025", "June 2025"),
        ("2025", "2025", "2025", "2025"),
    ],
)
def test_a_period_has_a_short_name(code: str, fi: str, sv: str, en: str) -> None:
    assert [period(Period.parse(code), language) for language in Language] == [fi, sv, en]
