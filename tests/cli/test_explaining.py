"""`okr explain`: why a status is what it is, in words and as JSON, and how it says no."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Okr


@pytest.fixture
def county(okr: Okr) -> Okr:
    assert okr("demo", "--case", "county").returncode == 0
    return okr


def test_a_status_is_explained_in_words_from_its_reason_to_its_figures(county: Okr) -> None:
    told = county("explain", "A1.1", "--period", "2025-Q2", env={"OKR_LANGUAGE": "fi"})

    said = told.stdout.replace("\N{NO-BREAK SPACE}", " ").splitlines()
    assert said[0].startswith("A1.1 ")
    assert "Haasteita, joita ratkaistaan" in said[0]
    assert said[1].startswith("Mittaustulos 70,11 % jää tavoitetasosta (ero 29,89 prosenttiyksikköä).")
    assert "Vertailukelpoisia lopullisia arvoja on 1" in told.stdout
    assert "Sääntö target_missed_and_not_compared_across_a_break" in told.stdout
    assert any(line.startswith("  Q2/2025  70,11 %") and "lähde" in line for line in said)
    assert any("1.3.2025" in line for line in said)


def test_the_explanation_is_json_for_programs(county: Okr) -> None:
    told = json.loads(county("explain", "A1.1", "--period", "2025-Q2", "--json").stdout)

    assert (told["key_result"], told["period"], told["status"]) == ("A1.1", "2025-Q2", "challenges")
    assert set(told["reason"]) == set(told["evidence"]["sentence"]) == {"fi", "sv", "en"}
    assert (told["evidence"]["tier"], told["evidence"]["points"], told["evidence"]["variation"]) == ("T1", 1, None)
    assert told["breaks"] == ["2025-03-01"]
    assert [(one["period"], one["value"]) for one in told["figures"]] == [("2025-Q1", "90.81"), ("2025-Q2", "70.11")]
    assert all(one["recorded_by"] and one["source"] for one in told["figures"])
    assert told["facts"]["missed_by"] == 29.89


def test_it_is_told_what_would_change_the_status_and_where_each_fact_comes_from(county: Okr) -> None:
    told = json.loads(county("explain", "A1.1", "--period", "2025-Q2", "--json").stdout)

    assert [(one["status"], one["low"]) for one in told["bands"]] == [("challenges", "0"), ("on_track", "100")]
    assert "100.00%" in told["what_would_change_it"]["en"]
    assert told["origins"].keys() == told["facts"].keys()
    assert told["since"] == "2025-Q1"
    assert told["earlier"] == []


def test_the_explanation_can_be_written_as_a_page_to_print(county: Okr, tmp_path: Path) -> None:
    told = county("explain", "A1.1", "--period", "2025-Q2", "--html", str(tmp_path / "a11.html"))

    assert told.returncode == 0
    page = (tmp_path / "a11.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "29.89" in page


@pytest.mark.parametrize(("code", "period"), [("A9.9", "2025-Q2"), ("A1.1", "2025-06"), ("A1.1", "yesterday")])
def test_what_there_is_not_is_an_input_to_correct(county: Okr, code: str, period: str) -> None:
    refused = county("explain", code, "--period", period)

    assert refused.returncode == 2
    assert refused.stderr
    assert not refused.stdout
