"""Response chains of Feedbackly's API become survey answers."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import httpx
from pydantic import Field

from connectors.kit.answers import ask_json
from connectors.kit.credentials import SecretName, secret
from connectors.kit.moments import moment_from_unix, moment_of
from connectors.kit.paging import records_in, skipping
from connectors.kit.pointers import Pointer, value_at
from connectors.kit.survey_answers import DONT_KNOW, RECOMMENDATION, Question, survey_event
from connectors.kit.watermarks import moved_to, read_from
from okr_engine.errors import InvalidEvent, Place
from okr_engine.measuring.events import Event
from okr_engine.measuring.sources import Page, PersonKey, Record, SourceSettings, Watermark
from okr_engine.words import message


class Settings(SourceSettings):
    """Which surveys, what their questions measure, and where a chain names its unit."""

    address: str = Field(
        default="https://api.feedbackly.com/v5", title="sources.api_address", pattern=r"^https?://[^?#]+$"
    )
    token_variable: SecretName = Field(title="sources.token_variable")
    surveys: tuple[str, ...] = Field(default=(), title="sources.surveys")
    questions: dict[str, Question] = Field(default_factory=dict, title="sources.questions")
    unit_at: Pointer = Field(default="/touchpointId", title="sources.unit_at")
    first_day: date = Field(default=date(2025, 1, 1), title="sources.first_day")
    overlap_hours: int = Field(default=48, ge=0, le=24 * 31, title="sources.overlap_hours")
    dont_know: tuple[str, ...] = Field(default=DONT_KNOW, title="sources.dont_know")

    @property
    def hosts(self) -> frozenset[str]:
        """The service's host."""
        return frozenset({httpx.URL(self.address).host})


def probe(settings: Settings, client: httpx.Client) -> None:
    """Ask for the newest chains."""
    _chains(settings, client, survey=next(iter(settings.surveys), None), skip=0, start=0, end=1)


def pages(settings: Settings, client: httpx.Client, *, since: Watermark | None, now: datetime) -> Iterator[Page]:
    """Chains created since the watermark, somewhat overlapping, survey by survey; one record per answer."""
    midnight = datetime.combine(settings.first_day, datetime.min.time(), settings.zone)
    # The service takes a missing start as this morning; it is therefore always said.
    start = max(read_from(since, timedelta(hours=settings.overlap_hours)) or midnight, midnight)
    for survey in settings.surveys or (None,):
        asked = {"survey": survey, "start": int(start.timestamp()), "end": int(now.timestamp())}
        for chains in skipping(lambda skip, asked=asked: _chains(settings, client, skip=skip, **asked)):  # type: ignore[misc]
            yield Page([record for chain in chains for record in _answers(chain, settings)])
    yield Page((), moved_to(since, now, now))


def events_of(record: Record, settings: Settings, *, person_key: PersonKey) -> Iterable[Event]:
    """The one event of an answer; questions that measure nothing tell nothing."""
    chain, answer = record.content["chain"], record.content["answer"]
    question = settings.questions.get(str(value_at(answer, "/questionId")))
    if question is None and value_at(answer, "/questionType") == "NPS":
        question = RECOMMENDATION
    if question is None:
        return []
    raw = value_at(answer, "/valueNum")
    unit = value_at(chain, settings.unit_at)
    return [
        survey_event(
            raw if raw is not None else value_at(answer, "/valueString"),
            question,
            source_system=settings.source_system,
            response_id=f"{value_at(chain, '/_id')}:{value_at(answer, '/questionId')}",
            answered=_answered(chain, settings),
            zone=settings.zone,
            dont_know=settings.dont_know,
            unit_id=str(unit) if unit is not None else None,
            chain_id=value_at(chain, "/_id"),
            survey_id=value_at(chain, "/surveyId"),
            language=value_at(answer, "/language") or value_at(chain, "/language"),
        )
    ]


def _chains(
    settings: Settings, client: httpx.Client, *, survey: str | None, skip: int, start: int, end: int
) -> list[Any]:
    parameters: dict[str, str | int] = {"skip": skip, "createdFrom": start, "createdTo": end}
    if survey is not None:
        parameters["surveyId"] = survey
    url = f"{settings.address.rstrip('/')}/response-chains"
    page = ask_json(client, url, parameters=parameters, headers={"Authorization": secret(settings.token_variable)})
    return list(records_in(page, "data", source=settings.source_system))


def _answers(chain: object, settings: Settings) -> Iterator[Record]:
    name = value_at(chain, "/_id")
    answers = value_at(chain, "/responses")
    for number, answer in enumerate(answers if isinstance(answers, list) else [], 1):
        place = Place(file=settings.source_system, record=f"{name} {number}")
        yield Record(place, {"chain": chain, "answer": answer})


def _answered(chain: Mapping[str, Any], settings: Settings) -> datetime:
    try:
        told = value_at(chain, "/createdAtDate")
        return moment_of(told, settings.zone) if told else moment_from_unix(value_at(chain, "/createdAt"))
    except ValueError as error:
        column = "answered_ts_utc"
        raise InvalidEvent(message("events.not_a_moment", column=column, found=str(told)[:60]), field=column) from error
