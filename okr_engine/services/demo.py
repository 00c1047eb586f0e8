"""The demo: a county's and a city's real figures, a region whose figures are computed, and who may be tried out."""

from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from okr_engine.access import Actor
from okr_engine.i18n.formats import HOME
from okr_engine.model import OrgUnit
from okr_engine.packaged import demo_folder
from okr_engine.periods import Period
from okr_engine.services.demo_decisions import decide, is_decided_on
from okr_engine.services.evaluation import Evaluation, evaluate
from okr_engine.services.importing import import_content
from okr_engine.services.installation import Rulebooks
from okr_engine.services.source_files import bring_in, read_source_file
from okr_engine.services.sources import ask_for_pull
from okr_engine.words import Message, message
from okr_engine.workbook import read_workbook

LARGEST_MB = 5
"""More than any of the packaged workbooks needs."""


class DemoCase(StrEnum):
    """Which organisation the demo shows."""

    COUNTY = "county"
    CITY = "city"
    REGION = "region"
    ALL = "all"


@dataclass(frozen=True)
class DemoAccount:
    """A person of the demo whom a visitor can sign in as, and what there is to see as that person."""

    case: DemoCase
    person: str
    shows: Message


DEMO_ACCOUNTS = (
    DemoAccount(DemoCase.COUNTY, "owner-first-line", message("demo.shows_goal_owner")),
    DemoAccount(DemoCase.COUNTY, "leadership", message("demo.shows_leadership")),
    DemoAccount(DemoCase.COUNTY, "strategy-office", message("demo.shows_strategy_office")),
    DemoAccount(DemoCase.COUNTY, "data-steward", message("demo.shows_data_steward")),
    DemoAccount(DemoCase.COUNTY, "viewer", message("demo.shows_viewer")),
    DemoAccount(DemoCase.CITY, "city-owner-executive-office", message("demo.shows_goal_owner")),
    DemoAccount(DemoCase.CITY, "city-leadership", message("demo.shows_leadership")),
    DemoAccount(DemoCase.CITY, "city-strategy-office", message("demo.shows_strategy_office")),
    DemoAccount(DemoCase.CITY, "city-data-steward", message("demo.shows_data_steward")),
    DemoAccount(DemoCase.CITY, "city-viewer", message("demo.shows_viewer")),
    DemoAccount(DemoCase.REGION, "region-data-steward", message("demo.shows_sources")),
    DemoAccount(DemoCase.REGION, "region-owner-first-line", message("demo.shows_goal_owner")),
    DemoAccount(DemoCase.REGION, "region-strategy-office", message("demo.shows_strategy_office")),
    DemoAccount(DemoCase.REGION, "region-viewer", message("demo.shows_viewer")),
)
"""The accounts offered at sign-in; one whose case is not loaded is nobody yet."""


def is_empty(session: Session) -> bool:
    """Whether the database has no unit, and so nothing that figures could belong to."""
    return session.exec(select(OrgUnit.id).limit(1)).first() is None


def load_and_evaluate_demo(session: Session, actor: Actor, case: DemoCase, rulebooks: Rulebooks) -> Evaluation:
    """Load the demo, and in the same transaction decide the quarters that it bears on."""
    return evaluate(session, actor, load_demo(session, actor, case), rulebooks)


def load_demo(session: Session, actor: Actor, case: DemoCase = DemoCase.ALL) -> set[Period]:
    """Import the case's workbooks, which changes nothing the second time; the quarters whose statuses they bear on."""
    quarters = set[Period]()
    is_decided = is_decided_on(session)
    for name in _workbooks_of(case):
        data = (demo_folder() / name).read_bytes()
        preview = import_content(session, actor, read_workbook(data, file=name, max_mb=LARGEST_MB))
        quarters |= preview.touched
    if case in (DemoCase.REGION, DemoCase.ALL):
        _load_sources(session, actor)
        if not is_decided:
            decide(session)
    return quarters


def _load_sources(session: Session, actor: Actor) -> None:
    """The region's source, to be read at once, and the figures computed from it."""
    told = read_source_file(demo_folder() / "region.yaml")
    if bring_in(session, actor, told, zone=ZoneInfo(HOME)).sources:
        for _, form in told.sources:
            ask_for_pull(session, actor, form.code)


def _workbooks_of(case: DemoCase) -> list[str]:
    cases = [DemoCase.COUNTY, DemoCase.CITY, DemoCase.REGION] if case == DemoCase.ALL else [case]
    return [f"{one.value}.xlsx" for one in cases]
