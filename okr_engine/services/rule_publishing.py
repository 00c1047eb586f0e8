"""draft → edition: rules take force with a reason, after a back-test that their publisher has seen, never silently."""

from collections.abc import Collection, Iterable
from datetime import date

from sqlmodel import Session

from okr_engine.access import Actor
from okr_engine.database import moment_of
from okr_engine.errors import InvalidInput
from okr_engine.model import RulebookEdition
from okr_engine.rulebook import Rulebook, in_force_from, rulebook_of
from okr_engine.services.back_test_results import BackTest, HarmKind
from okr_engine.services.back_tests import decisions_on_record, digest_of, rules_on_record, summary_of
from okr_engine.services.evaluation import decide_newly_covered
from okr_engine.services.installation import Rulebooks
from okr_engine.services.rule_drafts import replace_draft
from okr_engine.services.rulebook_editions import (
    STATUS,
    STATUS_FILE,
    adopt,
    edition_in_force,
    editions,
    require_publisher,
)
from okr_engine.services.typed_texts import line
from okr_engine.words import Message, message


def publish(
    session: Session,
    actor: Actor,
    yaml: str,
    tested: BackTest | None,
    rulebooks: Rulebooks,
    *,
    reason: str,
    valid_from: date,
    today: date,
    acknowledged: Collection[HarmKind] = (),
) -> str:
    """Put the draft in force from a day on, today or later; returns its version.

    It needs a reason and `tested`: the back-test of this very text beside the decisions and editions of now. What
    the back-test asks must be acknowledged, and there must be nothing that stops it; else InvalidInput. Quarters that
    the new rules cover at once are decided again.
    """
    require_publisher(actor)
    is_tried = tested is not None and _is_of_now(session, yaml, tested, rulebooks.status, today)
    adopt(session, rulebooks.status, today=today)
    if not (told := line(reason)):
        raise InvalidInput(message("rulebook.needs_reason"))
    if valid_from < today:
        raise InvalidInput(message("rulebook.in_the_past", day=valid_from))
    if tested is None or not is_tried:
        raise InvalidInput(message("rulebook.needs_back_test"))
    refuse_harm(tested)
    if unseen := [harm.kind for harm in tested.asks if harm.kind not in acknowledged]:
        raise InvalidInput(message("rulebook.not_acknowledged", harms=_worded(unseen)))
    if yaml == edition_in_force(session, rulebooks.status, today=today).rulebook.yaml:
        raise InvalidInput(message("rulebook.nothing_changed"))
    rulebook = _dated(session, yaml, valid_from)
    _enter(session, actor, rulebook, tested, told)
    replace_draft(session, rulebook.yaml, saved_by=actor.code)
    decide_newly_covered(session, actor, rulebooks)
    return rulebook.version


def refuse_harm(tested: BackTest) -> None:
    """Refuse with InvalidInput what must not be published at all."""
    if tested.stops:
        raise InvalidInput(
            message("rulebook.stopped", harms=_worded(harm.kind for harm in tested.stops)),
            remedy=message("rulebook.stopped_remedy"),
        )


def _is_of_now(session: Session, yaml: str, tested: BackTest, shipped: Rulebook, today: date) -> bool:
    now = digest_of(yaml), decisions_on_record(session), rules_on_record(session, shipped, today=today)
    return (tested.digest, tested.decisions, tested.beside) == now


def _worded(kinds: Iterable[HarmKind]) -> list[Message]:
    return [message(f"rule_harm.{kind}") for kind in kinds]


def _dated(session: Session, yaml: str, valid_from: date) -> Rulebook:
    rulebook = rulebook_of(in_force_from(yaml, valid_from), STATUS_FILE)
    if any(one.version == rulebook.version for one in editions(session)):
        raise InvalidInput(message("rulebook.nothing_changed"))
    return rulebook


def _enter(session: Session, actor: Actor, rulebook: Rulebook, tested: BackTest, reason: str) -> None:
    session.add(
        RulebookEdition(
            name=STATUS,
            rule_version=rulebook.version,
            valid_from=rulebook.valid_from,
            yaml=rulebook.yaml,
            shipped=False,
            back_test=summary_of(tested),
            recorded_at=moment_of(session),
            recorded_by=actor.code,
            reason=reason,
        )
    )
    session.flush()
