"""Rules are published by someone with the role, with a reason, after their back-test, from today on, never silently."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from okr_engine.errors import InvalidInput, NotAllowed, StaleEdit
from okr_engine.model import AuditEntry, RulebookDraft, RulebookEdition
from okr_engine.services.back_test_results import BackTest, HarmKind
from okr_engine.services.back_tests import back_test
from okr_engine.services.measurements import Entry, enter_value
from okr_engine.services.rule_drafts import DraftView, draft_of, save_draft
from okr_engine.services.rule_publishing import publish
from okr_engine.services.rulebook_editions import editions
from okr_engine.terms import NoDataReason
from tests.services.draft_rules import another_word, green_without_data, milder
from tests.services.small_county import (
    DATA_STEWARD,
    FIRST_LINE_OWNER,
    LEADERSHIP,
    NOW,
    Q2,
    STRATEGY_OFFICE,
    TODAY,
    VIEWER,
    SmallCounty,
)

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def county(engine: Engine) -> SmallCounty:
    return SmallCounty.laid_out(engine)


def tried(county: SmallCounty, yaml: str) -> BackTest:
    found: BackTest = county.see(STRATEGY_OFFICE, back_test, yaml, county.rulebooks.status, today=TODAY)
    return found


def put_in_force(
    county: SmallCounty,
    yaml: str,
    found: BackTest | None,
    *,
    who: str = STRATEGY_OFFICE,
    reason: str = "Sanamuoto oli epäselvä",
    valid_from: date = TODAY,
    today: date = TODAY,
    **more: Any,
) -> str:
    version: str = county.act(
        who,
        publish,
        yaml,
        found,
        county.rulebooks,
        reason=reason,
        valid_from=valid_from,
        today=today,
        now=LATER,
        **more,
    )
    return version


def refused(county: SmallCounty, yaml: str, found: BackTest | None, **more: Any) -> str:
    """Why it is not published; nothing of it is on record then."""
    before = county.rows(select(RulebookEdition))
    with pytest.raises(InvalidInput) as refused:
        put_in_force(county, yaml, found, **more)
    assert county.rows(select(RulebookEdition)) == before
    return refused.value.what.key


def test_a_harmless_draft_is_published_with_who_when_why_and_what_was_seen(county: SmallCounty) -> None:
    yaml = another_word(county.rulebooks.status)

    version = put_in_force(county, yaml, tried(county, yaml))

    edition = county.ask(editions)[0]
    assert (edition.version, edition.valid_from, edition.shipped) == (version, TODAY, False)
    assert (edition.recorded_by, edition.reason) == (STRATEGY_OFFICE, "Sanamuoto oli epäselvä")
    assert (edition.back_test["judged"], edition.back_test["flipped"]) == (8, 0)
    assert edition.rulebook.valid_from == TODAY


def test_a_publication_stands_in_the_audit_log(county: SmallCounty) -> None:
    yaml = another_word(county.rulebooks.status)

    version = put_in_force(county, yaml, tried(county, yaml))

    entries = county.rows(select(AuditEntry).where(col(AuditEntry.noun) == "rulebook_edition"))
    assert (entries[-1].actor, entries[-1].after["rule_version"]) == (STRATEGY_OFFICE, version)
    assert entries[-1].after["reason"] == "Sanamuoto oli epäselvä"


@pytest.mark.parametrize("who", [VIEWER, FIRST_LINE_OWNER, LEADERSHIP, DATA_STEWARD])
def test_nobody_without_the_role_publishes_or_sees_a_draft(county: SmallCounty, who: str) -> None:
    yaml = another_word(county.rulebooks.status)
    found = tried(county, yaml)

    with pytest.raises(NotAllowed):
        put_in_force(county, yaml, found, who=who)
    with pytest.raises(NotAllowed):
        county.see(who, draft_of, county.rulebooks.status, today=TODAY)
    with pytest.raises(NotAllowed):
        county.act(who, save_draft, yaml, based_on=0)


def test_without_a_reason_nothing_is_published(county: SmallCounty) -> None:
    yaml = another_word(county.rulebooks.status)

    assert refused(county, yaml, tried(county, yaml), reason=" \n") == "rulebook.needs_reason"


def test_rules_never_take_force_in_the_past(county: SmallCounty) -> None:
    yaml = another_word(county.rulebooks.status)
    yesterday = TODAY - timedelta(days=1)

    assert refused(county, yaml, tried(county, yaml), valid_from=yesterday) == "rulebook.in_the_past"


def test_a_draft_that_was_never_tried_is_not_published(county: SmallCounty) -> None:
    assert refused(county, another_word(county.rulebooks.status), None) == "rulebook.needs_back_test"


def test_the_back_test_of_another_text_does_not_count(county: SmallCounty) -> None:
    found = tried(county, another_word(county.rulebooks.status))

    assert refused(county, milder(county.rulebooks.status), found) == "rulebook.needs_back_test"


def test_a_back_test_before_the_newest_decisions_does_not_count(county: SmallCounty) -> None:
    yaml = another_word(county.rulebooks.status)
    found = tried(county, yaml)
    entry = Entry(None, no_data_reason=NoDataReason.WITHDRAWN, reason="Ei luotettava")
    more = {"based_on": 1, "rulebooks": county.rulebooks}
    county.act(FIRST_LINE_OWNER, enter_value, "A1.1", Q2, entry, now=LATER, **more)

    assert refused(county, yaml, found) == "rulebook.needs_back_test"


def test_a_back_test_before_the_newest_edition_does_not_count(county: SmallCounty) -> None:
    mine, theirs = milder(county.rulebooks.status), another_word(county.rulebooks.status)
    found = tried(county, mine)
    put_in_force(county, theirs, tried(county, theirs), valid_from=TODAY + timedelta(days=7))

    assert refused(county, mine, found, acknowledged=list(HarmKind)) == "rulebook.needs_back_test"


def test_the_day_is_the_organisations_own_and_not_that_of_greenwich(county: SmallCounty) -> None:
    yaml = another_word(county.rulebooks.status)
    after_midnight = TODAY + timedelta(days=1)

    why = refused(county, yaml, tried(county, yaml), valid_from=TODAY, today=after_midnight)

    assert why == "rulebook.in_the_past"


def test_a_harmful_draft_is_stopped_whatever_is_acknowledged(county: SmallCounty) -> None:
    yaml = green_without_data(county.rulebooks.status)

    why = refused(county, yaml, tried(county, yaml), acknowledged=list(HarmKind))

    assert why == "rulebook.stopped"


def test_what_the_back_test_asks_must_be_acknowledged(county: SmallCounty) -> None:
    yaml = milder(county.rulebooks.status)
    found = tried(county, yaml)

    assert refused(county, yaml, found) == "rulebook.not_acknowledged"
    assert refused(county, yaml, found, acknowledged=[HarmKind.RULES_NEVER_HEARD]) == "rulebook.not_acknowledged"

    put_in_force(county, yaml, found, acknowledged=[one.kind for one in found.asks])
    assert county.ask(editions)[0].back_test["seen"] == [one.kind for one in found.asks]


def test_the_rules_in_force_are_not_published_again(county: SmallCounty) -> None:
    yaml = county.rulebooks.status.yaml

    assert refused(county, yaml, tried(county, yaml)) == "rulebook.nothing_changed"


def test_earlier_rules_can_be_put_in_force_again(county: SmallCounty) -> None:
    first = county.rulebooks.status.yaml
    changed = another_word(county.rulebooks.status)
    put_in_force(county, changed, tried(county, changed))

    put_in_force(county, first, tried(county, first), valid_from=TODAY + timedelta(days=1))

    assert [one.valid_from for one in county.ask(editions)[:2]] == [TODAY + timedelta(days=1), TODAY]


def test_a_draft_begins_as_the_rules_in_force(county: SmallCounty) -> None:
    rules = county.rulebooks.status

    assert county.see(STRATEGY_OFFICE, draft_of, rules, today=TODAY) == DraftView(rules.yaml, 0, "")


def test_a_draft_is_kept_with_who_saved_it_even_while_it_is_not_sound(county: SmallCounty) -> None:
    version = county.act(STRATEGY_OFFICE, save_draft, "rules: [half", based_on=0)

    found = county.see(STRATEGY_OFFICE, draft_of, county.rulebooks.status, today=TODAY)
    assert found == DraftView("rules: [half", version, STRATEGY_OFFICE)


def test_two_who_edit_the_draft_at_once_hear_of_each_other_and_lose_nothing(county: SmallCounty) -> None:
    county.act(STRATEGY_OFFICE, save_draft, "mine", based_on=0)

    with pytest.raises(StaleEdit) as refused:
        county.act(STRATEGY_OFFICE, save_draft, "yours", based_on=0)

    assert (refused.value.theirs, refused.value.yours) == ("mine", "yours")
    assert refused.value.saved_by == "Strategy office"
    second = county.act(STRATEGY_OFFICE, save_draft, "yours", based_on=1)
    assert second == 2
    assert [one.yaml for one in county.rows(select(RulebookDraft))] == ["yours"]


def test_saving_the_same_text_again_changes_nothing(county: SmallCounty) -> None:
    first = county.act(STRATEGY_OFFICE, save_draft, "mine", based_on=0)

    assert county.act(STRATEGY_OFFICE, save_draft, "mine", based_on=0) == first
