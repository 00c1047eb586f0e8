"""What people answer on a scale, as survey tools write it."""

import re
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from okr_engine.errors import InvalidEvent
from okr_engine.measuring.events import Event, event, local_day
from okr_engine.measuring.tables import SurveyMetric
from okr_engine.words import message

# "10 - Extremely likely", "4", "4,5", "0 = not at all"
_NUMBERED = re.compile(r"(?P<number>-?\d+(?:[.,]\d+)?)(?:\s*[-–=:)].*|\s+\D.*)?", re.DOTALL)

DONT_KNOW = (
    "en osaa sanoa",
    "eos",
    "ei osaa sanoa",
    "vet ej",
    "vet inte",
    "kan inte säga",
    "don't know",
    "cannot say",
)


class Question(BaseModel):
    """Which score a question counts towards, its scale, and the scale of the tool where that differs (faces of 0…1)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: SurveyMetric = Field(title="sources.metric")
    lowest: Decimal = Field(title="sources.lowest")
    highest: Decimal = Field(title="sources.highest")
    told_lowest: Decimal | None = Field(default=None, title="sources.told_lowest")
    told_highest: Decimal | None = Field(default=None, title="sources.told_highest")

    @model_validator(mode="after")
    def _goes_up(self) -> Self:
        low, high = self._told
        if self.lowest >= self.highest or low >= high:
            raise ValueError("a scale goes from a lower number to a higher one")
        return self

    @property
    def _told(self) -> tuple[Decimal, Decimal]:
        low = self.lowest if self.told_lowest is None else self.told_lowest
        return low, self.highest if self.told_highest is None else self.told_highest

    def on_scale(self, told: Decimal) -> Decimal:
        """The tool's number on the question's own scale."""
        low, high = self._told
        return self.lowest + (told - low) * (self.highest - self.lowest) / (high - low)


RECOMMENDATION = Question(metric=SurveyMetric.NPS, lowest=Decimal(0), highest=Decimal(10))


def survey_event(
    raw: object,
    question: Question,
    *,
    source_system: str,
    response_id: str,
    answered: datetime,
    zone: ZoneInfo,
    dont_know: Collection[str],
    unit_id: str | None,
    **more: object,
) -> Event:
    """The event of one answer; without a value where the person did not answer or does not know."""
    told = scale_answer(raw, dont_know=dont_know)
    return event(
        "survey_response",
        source_system=source_system,
        response_id=response_id,
        metric=question.metric.value,
        unit_id=unit_id,
        answered_ts_utc=answered,
        answered_date_local=local_day(answered, zone),
        raw_value=str(raw).strip()[:100] if told is not None else None,
        value=question.on_scale(told) if told is not None else None,
        scale_min=question.lowest,
        scale_max=question.highest,
        **more,
    )


def scale_answer(raw: object, *, dont_know: Collection[str] = DONT_KNOW) -> Decimal | None:
    """The number of an answer; None for no answer and for "don't know". InvalidEvent for any other text."""
    if raw is None or isinstance(raw, bool):
        return None
    text = str(raw).strip()
    if not text or text.casefold() in {word.casefold() for word in dont_know}:
        return None
    found = _NUMBERED.fullmatch(text)
    if found is None:
        # The text itself is not repeated: people write what they like.
        raise InvalidEvent(message("sources.no_scale_answer", column="value"), field="value")
    return Decimal(found["number"].replace(",", "."))
