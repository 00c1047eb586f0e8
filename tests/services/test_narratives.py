"""The owner's words: every save is a version, nobody's words are lost to somebody else's."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from okr_engine.access import OPERATOR
from okr_engine.errors import InvalidInput, NotAllowed, NotFound, StaleEdit
from okr_engine.model import AuditEntry, Goal, Narrative, NarrativeState
from okr_engine.services.narratives import NarrativeView, narrative_history, narratives_of, save_narrative
from okr_engine.words import Language
from tests.services.small_county import (
    DATA_STEWARD,
    FIRST_LINE_DEPUTY,
    FIRST_LINE_OWNER,
    INTEGRATED_OWNER,
    LEADERSHIP,
    OUTSIDER,
    Q2,
    SPONSOR,
    STRATEGY_OFFICE,
    VIEWER,
    SmallCounty,
)

WORDS = {"summary": "Kaksi parani, yksi heikkeni.", "why": "Lupaus mitataan nyt kaikilla ensilinjoilla."}


@pytest.fixture
def county(memory_engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(memory_engine)


def save(
    county: SmallCounty,
    texts: dict[str, str] = WORDS,
    *,
    who: str = FIRST_LINE_OWNER,
    goal: str = "A1",
    language: Language = Language.FI,
    state: NarrativeState = NarrativeState.DRAFT,
    based_on: int = 0,
) -> int:
    revision: Any = county.act(who, save_narrative, goal, Q2, language, texts, state=state, based_on=based_on)
    return int(revision)


def current(county: SmallCounty, language: Language = Language.FI) -> NarrativeView:
    (goal,) = county.rows(select(Goal).where(Goal.code == "A1"))
    return county.ask(narratives_of, OPERATOR, goal.id, Q2)[language]


def test_a_draft_is_kept_with_its_writer_and_questions_left_open(county: SmallCounty) -> None:
    assert save(county) == 1
    kept = current(county)
    assert (kept.state, kept.saved_by, kept.revision) == (NarrativeState.DRAFT, FIRST_LINE_OWNER, 1)
    assert kept.texts["why"] == WORDS["why"]
    assert kept.texts["what_we_need"] == ""


def test_each_save_is_a_version_and_all_stay_readable(county: SmallCounty) -> None:
    save(county)
    assert save(county, {"summary": "Toinen"}, based_on=1) == 2
    (goal,) = county.rows(select(Goal).where(Goal.code == "A1"))
    versions = county.ask(narrative_history, OPERATOR, goal.id, Q2, Language.FI)
    assert [one.texts["summary"] for one in versions] == ["Toinen", WORDS["summary"]]


def test_saving_the_same_words_again_makes_no_version(county: SmallCounty) -> None:
    save(county)
    entries = len(county.rows(select(AuditEntry)))
    assert save(county, {name: f"  {text}\r\n" for name, text in WORDS.items()}, based_on=1) == 1
    assert len(county.rows(select(AuditEntry))) == entries


def test_submitting_the_words_of_a_draft_is_a_version_of_its_own(county: SmallCounty) -> None:
    save(county)
    assert save(county, state=NarrativeState.SUBMITTED, based_on=1) == 2
    assert current(county).state == NarrativeState.SUBMITTED


def test_nothing_cannot_be_submitted(county: SmallCounty) -> None:
    with pytest.raises(InvalidInput) as refused:
        save(county, {"summary": "  \n "}, state=NarrativeState.SUBMITTED)
    assert refused.value.what.key == "error.nothing_to_submit"


def test_each_language_has_versions_of_its_own(county: SmallCounty) -> None:
    save(county)
    assert save(county, {"summary": "Två blev bättre."}, language=Language.SV) == 1
    assert current(county).texts["summary"] == WORDS["summary"]


def test_a_save_from_a_stale_page_is_refused_with_both_texts(county: SmallCounty) -> None:
    save(county)
    save(county, {"summary": "Sijaisen teksti"}, who=FIRST_LINE_DEPUTY, based_on=1)
    with pytest.raises(StaleEdit) as refused:
        save(county, {"summary": "Omistajan teksti"}, based_on=1)
    assert (refused.value.theirs, refused.value.yours) == ("Sijaisen teksti", "Omistajan teksti")
    assert refused.value.saved_by == "First line deputy"
    assert current(county).texts["summary"] == "Sijaisen teksti"


def test_a_refused_text_can_be_saved_over_the_one_that_came_first(county: SmallCounty) -> None:
    save(county, {"summary": "Sijaisen teksti"}, who=FIRST_LINE_DEPUTY)
    with pytest.raises(StaleEdit):
        save(county, {"summary": "Omistajan teksti"})
    assert save(county, {"summary": "Omistajan teksti"}, based_on=1) == 2


def test_of_two_first_drafts_the_second_is_refused(county: SmallCounty) -> None:
    save(county, who=FIRST_LINE_DEPUTY)
    with pytest.raises(StaleEdit):
        save(county, {"summary": "Myös ensimmäinen"})


@pytest.mark.parametrize("who", [INTEGRATED_OWNER, SPONSOR, LEADERSHIP, DATA_STEWARD, VIEWER, OUTSIDER])
def test_only_the_owner_and_the_strategy_office_write(county: SmallCounty, who: str) -> None:
    with pytest.raises(NotAllowed):
        save(county, who=who)
    assert county.rows(select(Narrative)) == []


@pytest.mark.parametrize("who", [FIRST_LINE_DEPUTY, STRATEGY_OFFICE])
def test_a_deputy_and_the_strategy_office_may_write_for_the_owner(county: SmallCounty, who: str) -> None:
    assert save(county, who=who) == 1


def test_an_unknown_goal_is_not_found(county: SmallCounty) -> None:
    with pytest.raises(NotFound):
        save(county, goal="Z9")


def test_a_text_longer_than_a_workbook_takes_back_is_refused(county: SmallCounty) -> None:
    with pytest.raises(InvalidInput) as refused:
        save(county, {"why": "x" * 20_001})
    assert refused.value.what.key == "error.text_too_long"


def test_of_two_who_save_at_the_same_moment_one_is_told(engine: Engine) -> None:
    county = SmallCounty.laid_out(engine)
    save(county)

    def attempt(who: str) -> str:
        try:
            save(county, {"summary": f"Teksti: {who}"}, who=who, based_on=1)
        except StaleEdit as refused:
            return f"refused, {refused.theirs}"
        return "saved"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(attempt, [FIRST_LINE_OWNER, FIRST_LINE_DEPUTY]))
    assert outcomes == [f"refused, {current(county).texts['summary']}", "saved"]
    assert current(county).revision == 2


def test_a_draft_over_submitted_words_is_seen_by_its_writers_only(county: SmallCounty) -> None:
    save(county, state=NarrativeState.SUBMITTED)
    save(county, {"summary": "Keskeneräinen"}, based_on=1)
    (goal,) = county.rows(select(Goal).where(Goal.code == "A1"))

    for_reader = county.see(VIEWER, narratives_of, goal.id, Q2)[Language.FI]
    for_writer = county.see(FIRST_LINE_OWNER, narratives_of, goal.id, Q2)[Language.FI]

    assert (for_reader.revision, for_reader.texts["summary"]) == (1, WORDS["summary"])
    assert (for_writer.revision, for_writer.texts["summary"]) == (2, "Keskeneräinen")
    assert [one.revision for one in county.see(VIEWER, narrative_history, goal.id, Q2, Language.FI)] == [1]
