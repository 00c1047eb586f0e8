"""`okr oversight`: four lists in words and as JSON."""

import json

import pytest

from tests.cli.conftest import Okr


@pytest.fixture
def demo(okr: Okr) -> Okr:
    assert okr("demo").returncode == 0
    return okr


def test_the_four_lists_are_told_with_their_counts(demo: Okr) -> None:
    told = demo("oversight", "--period", "2026-Q3", env={"OKR_LANGUAGE": "fi"})

    said = told.stdout.replace("\N{NO-BREAK SPACE}", " ")
    assert told.returncode == 0, told.stderr
    assert "Hyväksytyt poikkeamat (1)" in said
    assert "R1.2 " in said
    assert "Arviointiperusteiden muutokset (1)" in said
    assert "R2.CSAT Tavoitetaso: 90,0 % → 93,0 %. Vaativampi." in said
    assert "«" not in said


def test_the_lists_are_json_for_programs(demo: Okr) -> None:
    told = json.loads(demo("oversight", "--period", "2026-Q3", "--json").stdout)

    assert set(told) == {"period", "neglected", "deviations", "disagreements", "goalposts"}
    (deviation,) = told["deviations"]
    assert (deviation["key_result"], deviation["state"], deviation["level"]) == ("R1.2", "holds", "90")
    (move,) = told["goalposts"]
    assert (move["before"], move["after"], move["shift"], move["moved_by"]) == (
        ["90"],
        ["93"],
        "harder",
        "region-strategy-office",
    )
    assert all(set(one["sentence"]) == {"fi", "sv", "en"} for one in told["neglected"])


@pytest.mark.parametrize("period", ["2026-07", "yesterday"])
def test_what_is_no_quarter_is_an_input_to_correct(demo: Okr, period: str) -> None:
    assert demo("oversight", "--period", period).returncode == 2
