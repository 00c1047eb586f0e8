"""What leadership and the strategy office watch over: neglect, accepted deviations, disagreements, moved goalposts."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from okr_engine.access import Actor, Permission, may_somewhere
from okr_engine.errors import NotAllowed
from okr_engine.periods import Period
from okr_engine.rulebook import Rulebook
from okr_engine.services.accepted_deviations import DeviationView, deviations_seen
from okr_engine.services.disagreements import Disagreement, disagreements
from okr_engine.services.goalposts import LedgerLine, goalposts
from okr_engine.services.neglect import Neglected, neglected
from okr_engine.services.rulebook_editions import edition_for, editions
from okr_engine.words import message

OVERSEES = (Permission.EVALUATE, Permission.ACCEPT_DEVIATION)


@dataclass(frozen=True)
class Oversight:
    """The four lists for a quarter."""

    quarter: Period
    neglected: tuple[Neglected, ...]
    deviations: tuple[DeviationView, ...]
    disagreements: tuple[Disagreement, ...]
    goalposts: tuple[LedgerLine, ...]


def oversight(
    session: Session,
    actor: Actor,
    quarter: Period,
    shipped: Rulebook,
    *,
    today: date,
    now: datetime,
    strategy: str | None = None,
) -> Oversight:
    """What is to be watched over in a quarter, of every strategy or one; NotAllowed for who may not oversee.

    Moved goalposts are judged by the rules of that quarter; `shipped` are those until others are on record.
    """
    if not any(may_somewhere(actor, permission) for permission in OVERSEES):
        raise NotAllowed(
            message("error.not_allowed_to_oversee", name=actor.name), remedy=message("error.not_allowed_remedy")
        )
    edition = edition_for(editions(session), quarter, today=today)
    rules = edition.rulebook if edition else shipped
    return Oversight(
        quarter=quarter,
        neglected=neglected(session, actor, quarter, today=today, strategy=strategy),
        deviations=deviations_seen(session, actor, today=today, strategy=strategy),
        disagreements=disagreements(session, actor, until=quarter, now=now, strategy=strategy),
        goalposts=goalposts(session, actor, quarter, rules, today=today, strategy=strategy),
    )
