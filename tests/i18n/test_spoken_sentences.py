"""Keys, messages and words become sentences."""

import logging
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from okr_engine.i18n import fill, say, speak, spoken
from okr_engine.periods import Period
from okr_engine.terms import Status
from okr_engine.words import Language, Words, message

FI, SV, EN = Language.FI, Language.SV, Language.EN


def test_a_status_has_its_word_in_every_language() -> None:
    assert [say(language, "status.needs_support") for language in Language] == [
        "Ei etene, tarvitaan tukea",
        "Framskrider inte, stöd behövs",
        "Not progressing, support needed",
    ]


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (0, "The file kpi.xlsx has 0 mistakes. Correct them and upload the file again."),
        (1, "The file kpi.xlsx has 1 mistake. Correct it and upload the file again."),
        (1200, "The file kpi.xlsx has 1,200 mistakes. Correct them and upload the file again."),
    ],
)
def test_the_sentence_follows_the_count(count: int, sentence: str) -> None:
    assert say(EN, "error.invalid_file", file="kpi.xlsx", count=count) == sentence


def test_a_count_does_not_disturb_a_sentence_with_one_form() -> None:
    assert say(FI, "status.on_track", count=5) == "Etenee suunnitellusti"


def test_a_year_is_not_written_as_a_quantity() -> None:
    assert say(FI, "error.no_such_period", year=2025, number=7) == "Vuodella 2025 ei ole jaksoa numero 7."


def test_a_message_is_spoken_like_its_key_and_values() -> None:
    assert speak(message("error.not_a_period", text="Q9"), SV) == "”Q9” är inte en period."


@pytest.mark.parametrize(
    ("value", "fi", "en"),
    [
        (message("status.on_track"), "Etenee suunnitellusti", "Proceeding as planned"),
        (Words(fi="Palvelut ajallaan", en="Services in time"), "Palvelut ajallaan", "Services in time"),
        (Words(fi="Palvelut ajallaan"), "Palvelut ajallaan", "Palvelut ajallaan [fi]"),
        (Period.parse("2025-Q2"), "Q2/2025", "Q2 2025"),
        (date(2025, 6, 30), "30.6.2025", "30 Jun 2025"),
        (datetime(2025, 6, 30, 11, 5, tzinfo=UTC), "30.6.2025 klo 14.05", "30 Jun 2025, 14:05"),
        (Decimal("90.81"), "90,81", "90.81"),
        (None, "–", "–"),
        (Status.NO_DATA, "no_data", "no_data"),
        (["A1.1", "A1.2", Decimal("0.5")], "A1.1, A1.2 ja 0,5", "A1.1, A1.2 and 0.5"),
    ],
)
def test_values_are_formatted_where_the_language_is_known(value: object, fi: str, en: str) -> None:
    refused = message("error.not_a_period", text=value)

    assert speak(refused, FI) == f"”{fi}” ei ole jakso."
    assert speak(refused, EN) == f"“{en}” is not a period."


def test_moments_in_a_message_follow_the_time_zone_of_the_reader() -> None:
    refused = message("error.not_a_period", text=datetime(2025, 6, 30, 11, 5, tzinfo=UTC))

    assert "13.05" in speak(refused, FI, tz="Europe/Stockholm")


def test_words_of_another_language_are_marked() -> None:
    only_finnish = Words(fi="Palvelut ajallaan")

    assert spoken(only_finnish, FI) == "Palvelut ajallaan"
    assert spoken(only_finnish, SV) == "Palvelut ajallaan [fi]"
    assert spoken(Words(sv="Tjänster i tid", en="Services in time"), FI) == "Tjänster i tid [sv]"


def test_no_words_are_an_empty_text_without_a_mark() -> None:
    assert spoken(Words(), EN) == ""


def test_an_unknown_key_is_visible_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        sentences = [say(FI, "nowhere.to_be_found", value=1) for _ in range(3)]

    assert sentences == ["«nowhere.to_be_found»"] * 3
    assert [record.getMessage() for record in caplog.records] == ["catalogue fi has no nowhere.to_be_found"]


def test_a_rule_text_is_filled_with_its_values() -> None:
    template = "Tulos {value} jäi {missed} tavoitteesta {target}."

    text = fill(template, {"value": "70,11 %", "missed": "29,89 prosenttiyksikköä", "target": "100 %"}, FI)

    assert text == "Tulos 70,11 % jäi 29,89 prosenttiyksikköä tavoitteesta 100 %."


@pytest.mark.parametrize(
    "harmful", ["{value.__class__}", "{value[0]}", "{value!r}", "{value:>9999999}", "{}", "{0}", "{"]
)
def test_a_template_reaches_nothing_but_its_named_values(harmful: str) -> None:
    assert fill(f"a {harmful} b", {"value": "secret"}, FI) == f"a {harmful} b"


def test_a_name_without_a_value_stays_visible() -> None:
    assert fill("{known} {unknown}", {"known": "1"}, FI) == "1 {unknown}"


def test_braces_inside_a_value_are_only_text() -> None:
    assert fill("{first} {second}", {"first": "{second}", "second": "2"}, FI) == "{second} 2"
