"""The explanation card as a page of its own, to print and to keep: everything on it, nothing fetched from anywhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from okr_engine.i18n import day, moment, period, say, speak, spoken
from okr_engine.reports.canvas import Canvas
from okr_engine.reports.figure_pictures import figure_picture
from okr_engine.reports.figure_words import in_words, told_observed
from okr_engine.reports.pictures import PictureKind
from okr_engine.services.deviation_words import accepted_in_words
from okr_engine.services.explanation_cards import ExplanationCard
from okr_engine.services.explanation_words import (
    band_in_words,
    change_in_words,
    decided_before,
    nearly_in_words,
    what_would_change_it,
)
from okr_engine.services.figure_series import Observed
from okr_engine.services.goal_reports import KeyResultReport
from okr_engine.services.reasons import reason, shown_fact
from okr_engine.services.variation_words import variation_in_words
from okr_engine.terms import Status
from okr_engine.words import Language

# A shape of its own for each status: paper may be grey.
_SYMBOLS = {
    Status.ON_TRACK: "●",
    Status.CHALLENGES: "▲",
    Status.NEEDS_SUPPORT: "■",
    Status.NO_DATA: "…",
    Status.NOT_ASSESSED: "–",
}


@dataclass(frozen=True)
class Column:
    """A heading, and whether figures stand under it."""

    title: str
    figures: bool = False


@dataclass(frozen=True)
class PrintedTable:
    """A table as it is printed."""

    heading: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Reader:
    """For whom the page is printed: in which language, on whose clock."""

    language: Language
    zone: str

    def say(self, key: str, /, **values: object) -> str:
        """The sentence for `key` in the reader's language."""
        return say(self.language, key, **values)


def explanation_page(report: KeyResultReport, card: ExplanationCard, reader: Reader, *, now: datetime) -> str:
    """The card as an HTML document in one language; texts of people are escaped."""
    standing, decision = report.standing, card.decision
    rule = reader.say(
        "explanation.rule",
        rule=decision.rule,
        version=decision.rule_version,
        at=moment(decision.decided_at, reader.language, reader.zone),
    )
    return _template().render(
        language=reader.language.value,
        title=f"{standing.code} {spoken(standing.name, reader.language)}, {period(card.quarter, reader.language)}",
        status=standing.status.value,
        symbol=_SYMBOLS[standing.status],
        status_word=reader.say(f"status.{standing.status}"),
        sentences=list(_sentences(report, card, reader)),
        rule=rule,
        chart=_chart(report, reader, now),
        chart_words=in_words(report.drawn, reader.language),
        tables=[table for table in _tables(report, card, reader) if table.rows],
        printed=reader.say("explanation.printed", at=moment(now, reader.language, reader.zone)),
    )


def _chart(report: KeyResultReport, reader: Reader, now: datetime) -> Markup | None:
    """The figures drawn, where there are any; the words in the drawing were escaped when it was made."""
    if all(one.value is None for one in report.series):
        return None
    canvas = Canvas(reader.language, time_zone=reader.zone)
    drawn = figure_picture(report.drawn, report.variation, canvas, PictureKind.SVG, known_at=now)
    return Markup(drawn.decode())  # noqa: S704 - made by the converter from a specification, never from markup


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("okr_engine.reports", "."),
        autoescape=True,
        undefined=StrictUndefined,
    )
    return environment.get_template("explanation_card.html")


def _sentences(report: KeyResultReport, card: ExplanationCard, reader: Reader) -> Iterator[str]:
    standing, decision, language = report.standing, card.decision, reader.language
    for because in (decision.because, *(flag.because for flag in decision.flags)):
        yield reason(because, decision.facts, standing.measure, standing.decimals, language)
    yield reader.say("explanation.since", since=card.since)
    yield variation_in_words(report.variation, language)
    if changes := what_would_change_it(card, report, language):
        yield changes
    for one in report.breaks:
        text = spoken(one.text, language)
        yield f"{reader.say('noun.comparability_break')} {day(one.day, language)}: {text}"
    if report.assessment:
        word = reader.say(f"status.{report.assessment.status}")
        yield f"{reader.say('noun.owner_assessment')}: {word}. {report.assessment.explanation}"
        yield reader.say(
            "explanation.assessment", name=card.names[report.assessment.saved_by], until=report.assessment.expires
        )
    if card.deviation:
        yield accepted_in_words(card.deviation, card.names, language, reader.zone)


def _tables(report: KeyResultReport, card: ExplanationCard, reader: Reader) -> Iterator[PrintedTable]:
    language, standing = reader.language, report.standing
    has_value = "value" in card.decision.facts
    yield PrintedTable(
        reader.say("explanation.bands"),
        [
            Column(reader.say("overview.status")),
            Column(reader.say("explanation.band_range")),
            *([Column(reader.say("explanation.band_change"), figures=True)] if has_value else []),
        ],
        [
            [
                reader.say(f"status.{one.status}"),
                band_in_words(one, card, report, language),
                *([_change(report, card, place, reader)] if has_value else []),
            ]
            for place, one in reversed(list(enumerate(card.bands)))
        ],
    )
    yield PrintedTable(
        reader.say("explanation.facts"),
        [
            Column(reader.say("explanation.fact")),
            Column(reader.say("explanation.fact_value"), figures=True),
            Column(reader.say("explanation.origin")),
        ],
        [
            [
                reader.say(f"rules.fact.{one.name}"),
                shown_fact(one.name, one.value, standing.measure, standing.decimals, language),
                speak(one.origin, language, tz=reader.zone),
            ]
            for one in card.facts
        ],
    )
    yield PrintedTable(
        reader.say("explanation.figures_of", name=spoken(standing.name, language)),
        [
            Column(reader.say("noun.period")),
            Column(reader.say("noun.measurement"), figures=True),
            Column(reader.say("explanation.remarks")),
        ],
        [
            [period(one.period, language), told_observed(report.drawn, one, language), _remarks(one, reader)]
            for one in report.series
        ],
    )
    yield PrintedTable(
        reader.say("explanation.near_rules"),
        [Column(reader.say("explanation.rule_column"))],
        [[nearly_in_words(one, card, report, language)] for one in card.near],
    )
    yield PrintedTable(
        reader.say("explanation.history"),
        [Column(reader.say("overview.status"))],
        [[decided_before(one, report, language, reader.zone)] for one in card.earlier],
    )


def _change(report: KeyResultReport, card: ExplanationCard, place: int, reader: Reader) -> str:
    band = card.bands[place]
    if card.is_here(band):
        return reader.say("explanation.band_here")
    return change_in_words(band, card, report, reader.language)


def _remarks(one: Observed, reader: Reader) -> str:
    said = [reader.say("explanation.provisional")] if one.provisional else []
    said += [reader.say("explanation.restated")] if one.is_restated else []
    at = moment(one.recorded_at, reader.language, reader.zone)
    return ". ".join([*said, reader.say("explanation.recorded", at=at, source=one.source)])
