"""What the rules say of the facts, with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass

from okr_engine.rulebook.rules import ActionThen, FlagThen, StatusThen, Then
from okr_engine.words import Words


@dataclass(frozen=True)
class Conclusion:
    """One rule's word: what follows, because of what, and from which facts (keys by alias)."""

    rule: str
    priority: int
    facts: Mapping[str, str]
    then: Then
    because: Words

    @property
    def subject(self) -> str:
        """The key of the facts that are judged: those of the rule's first pattern."""
        return next(iter(self.facts.values()))


def matter(then: Then) -> object:
    """What is decided: of a subject's conclusions in the same matter only the first one counts."""
    match then:
        case StatusThen():
            return StatusThen
        case FlagThen():
            return FlagThen, then.flag
        case ActionThen():
            return ActionThen, then.action
