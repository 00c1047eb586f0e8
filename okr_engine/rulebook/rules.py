"""A rule as it has been read and found sound: what it looks for, what follows, why, and its proof."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from okr_engine.rulebook.vocabulary import ChainRole
from okr_engine.terms import Status
from okr_engine.words import Words


class Operator(StrEnum):
    """How a fact is compared. There is no division and no negation: shares and absences are facts of their own."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    IN = "in"


class Arithmetic(StrEnum):
    """What can be done to a fact before another is compared with it."""

    PLUS = "+"
    MINUS = "-"
    TIMES = "*"


@dataclass(frozen=True)
class Reference:
    """Another fact as the right side of a test, as it is or after one sum or product rounded to four decimals."""

    alias: str
    fact: str
    arithmetic: Arithmetic | None = None
    by: Decimal = Decimal(0)


Literal = str | Decimal


@dataclass(frozen=True)
class Condition:
    """`fact operator value`; false whenever a fact on either side is absent."""

    fact: str
    operator: Operator
    value: Literal | tuple[Literal, ...] | Reference


@dataclass(frozen=True)
class Pattern:
    """One fact the rule needs, called by its alias; all tests must hold."""

    alias: str
    type: str
    tests: tuple[Condition, ...]


@dataclass(frozen=True)
class StatusThen:
    """The key result gets this status."""

    status: Status

    @property
    def word(self) -> str:
        """What an example expects when the rule fires."""
        return self.status.value


@dataclass(frozen=True)
class FlagThen:
    """Something worth noticing beside the status."""

    flag: str

    @property
    def word(self) -> str:
        """What an example expects when the rule fires."""
        return self.flag


@dataclass(frozen=True)
class ActionThen:
    """A corrective action is called for: which, in how many days, and who is asked in turn where not by the policy."""

    action: str
    due_in_days: int
    chain: tuple[ChainRole, ...] = ()

    @property
    def word(self) -> str:
        """What an example expects when the rule fires."""
        return self.action


Then = StatusThen | FlagThen | ActionThen


@dataclass(frozen=True)
class Example:
    """A piece of proof: with these facts, by alias, the rule fires or stays silent."""

    given: Mapping[str, Mapping[str, object]]
    fires: bool
    line: int


@dataclass(frozen=True)
class Rule:
    """One rule; of two that would say different things of the same key result the smaller priority wins."""

    name: str
    priority: int
    patterns: tuple[Pattern, ...]
    then: Then
    because: Words
    examples: tuple[Example, ...]
    line: int
