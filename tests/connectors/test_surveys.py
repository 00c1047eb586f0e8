"""Answers are read as survey tools write them, and opinions are not invented."""

from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors.kit.survey_answers import RECOMMENDATION, Question, scale_answer
from okr_engine.errors import InvalidEvent, SchemaChanged
from okr_engine.measuring.tables import SurveyMetric
from okr_engine.testing.sources import SourceCase
from tests.connectors.cases import feedbackly_case, survey_export_case


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("10 - Erittäin todennäköisesti", "10"),
        ("0 = En lainkaan", "0"),
        ("4", "4"),
        (4, "4"),
        ("4,5", "4.5"),
        ("7 Helposti", "7"),
        (Decimal("0.25"), "0.25"),
        ("En osaa sanoa", None),
        ("eos", None),
        ("", None),
        (None, None),
    ],
)
def test_a_scale_answer_is_a_number_or_none(told: object, number: str | None) -> None:
    assert scale_answer(told) == (Decimal(number) if number else None)


@pytest.mark.parametrize("told", ["hyvä", "soita 0401234567 heti", "10/10", "viisi"])
def test_text_is_no_scale_answer_and_is_not_repeated(told: str) -> None:
    with pytest.raises(InvalidEvent) as refused:
        scale_answer(told)

    assert told not in str(refused.value)


def test_button_faces_are_stretched_to_their_scale() -> None:
    faces = Question(
        metric=SurveyMetric.CSAT, lowest=Decimal(1), highest=Decimal(5), told_lowest=Decimal(0), told_highest=Decimal(1)
    )

    assert [faces.on_scale(Decimal(told)) for told in ("0", "0.25", "1")] == [1, 2, 5]
    assert RECOMMENDATION.on_scale(Decimal(9)) == 9


def test_a_scale_that_goes_down_is_refused() -> None:
    with pytest.raises(ValidationError):
        Question(metric=SurveyMetric.CES, lowest=Decimal(7), highest=Decimal(1))


def test_one_bad_answer_does_not_cost_the_others_of_the_same_person(tmp_path: Path) -> None:
    found = survey_export_case(tmp_path).read()

    told = [(e.values["metric"], e.values["value"]) for batch in found for e in batch.events]
    assert told[:3] == [("NPS", Decimal(10)), ("CSAT", Decimal(4)), ("CES", Decimal(5))]
    assert told[3:6] == [("NPS", Decimal(0)), ("CSAT", None), ("CES", None)]
    assert len(told) == 5 * 3 - 5


def test_a_reworded_question_is_missed_by_name(tmp_path: Path) -> None:
    case = survey_export_case(tmp_path)
    answers = tmp_path / "answers.csv"
    answers.write_text(answers.read_text("utf-8").replace("Suositteletko?", "Suosittelisitko?"), "utf-8")

    with pytest.raises(SchemaChanged, match="Suositteletko"):
        case.read()


def test_feedbackly_is_always_told_where_to_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKR_SECRET_TEST", "not-a-real-token")
    case: SourceCase = feedbackly_case(tmp_path)

    found = [event.values for batch in case.read() for event in batch.events]

    assert [(each["metric"], each["value"], each["unit_id"]) for each in found] == [
        ("NPS", Decimal(9), "hc-1"),
        ("CSAT", Decimal(4), "hc-1"),
        ("CSAT", Decimal(1), "hc-2"),
        ("NPS", None, "hc-2"),
    ]
