"""What the API answers, as documented shapes; figures are exact decimal texts, texts come in three languages."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from okr_engine.model import (
    ActionEventKind,
    ActionState,
    KeyResultKind,
    MeasureUnit,
    NarrativeState,
    NoDataReason,
    ReportOutcome,
    RoleKind,
    Status,
)
from okr_engine.services.standings import Movement
from okr_engine.words import Language, Words

PeriodCode = Annotated[str, BeforeValidator(str), Field(examples=["2025-Q2"])]
"""A period's code."""


class Answer(BaseModel):
    """What is read from the services' own values."""

    model_config = ConfigDict(from_attributes=True)


class Texts(Answer):
    """One text in up to three languages."""

    fi: str | None = Field(default=None, examples=["Asiakas saa yhteyden helposti"])
    sv: str | None = None
    en: str | None = None


class StrategyAnswer(Answer):
    """A strategy, the quarters that were decided, and its goals."""

    code: str = Field(examples=["COUNTY"])
    name: Texts
    quarters: list[PeriodCode]
    goals: list[str] = Field(examples=[["A1", "A2"]])


class StandingAnswer(Answer):
    """How key results add up: the status, how many of them are measured, how many of each, and which it hides."""

    status: Status
    measured: int
    of: int
    counts: dict[Status, int]
    hidden: dict[Status, int]


class GoalAnswer(Answer):
    """A goal in a quarter."""

    code: str = Field(examples=["A1"])
    strategy: str
    priority: str
    name: Texts
    owner: Texts
    period: PeriodCode
    standing: StandingAnswer
    movement: Movement
    key_results: list[str] = Field(examples=[["A1.1"]])
    kpis: list[str]
    actions: list[str]


class StatusAnswer(Answer):
    """How a key result stands in a quarter, and why; `explanation` leads to everything that answers for it."""

    key_result: str = Field(examples=["A1.1"])
    kind: KeyResultKind
    goal: str
    strategy: str
    name: Texts
    period: PeriodCode
    status: Status
    value: Decimal | None = Field(examples=["70.11"])
    target: Decimal | None = Field(examples=["100"])
    measure: MeasureUnit
    no_data_reason: NoDataReason | None
    rule: str | None = Field(examples=["target_missed_and_not_compared_across_a_break"])
    rule_version: str | None
    decided_at: datetime | None
    reason: Texts
    facts: dict[str, Any]
    evidence_tier: str | None
    flags: list[str]
    explanation: str = Field(examples=["/api/v1/key-results/A1.1?period=2025-Q2"])


class FigureAnswer(Answer):
    """A figure, or why there is none; `revision` is what a correction is based on."""

    indicator: str = Field(examples=["promise"])
    unit: str = Field(examples=["county.first-line"])
    measure: MeasureUnit
    period: PeriodCode
    value: Decimal | None = Field(examples=["70.11"])
    no_data_reason: NoDataReason | None
    numerator: Decimal | None
    denominator: Decimal | None
    n: int | None
    provisional: bool
    comment: str | None
    revision: int
    reason: str | None
    recorded_at: datetime
    recorded_by: str
    source: str


class EnteredAnswer(Answer):
    """A figure that was entered, and what came of it."""

    figure: FigureAnswer
    is_new: bool
    decided: int
    raised: list[str]
    is_repeated: bool


class NarrativeAnswer(Answer):
    """One version of the owner's words."""

    language: Language
    revision: int
    state: NarrativeState
    texts: dict[str, str]
    saved_at: datetime
    saved_by: str


class SavedNarrative(Answer):
    """The revision that the owner's words now have."""

    revision: int


class ReportAnswer(Answer):
    """What was done about a platform's report."""

    outcome: ReportOutcome


class ChainLinkAnswer(Answer):
    """A step of a responsibility chain."""

    level: int
    kind: RoleKind
    role: Texts


class ActionAnswer(Answer):
    """A corrective action: why it exists, whose it is and until when."""

    code: str = Field(examples=["CA-2025-Q2-1"])
    version: int
    subject_code: str
    subject_name: Texts
    goal_code: str | None
    period: PeriodCode
    action: str
    rule: str
    rule_version: str
    reason: Texts
    state: ActionState
    due: date
    assigned_to: Texts
    chain: list[ChainLinkAnswer]
    next_at: datetime | None = Field(description="When somebody is asked next if nothing happens; none once closed.")


class ActionEventAnswer(Answer):
    """One thing that happened to an action; a platform acts as `platform:` and the endpoint's code."""

    at: datetime
    actor: str = Field(examples=["platform:automation"])
    kind: ActionEventKind
    data: dict[str, Any]


class ActionWhole(ActionAnswer):
    """An action, open or closed, with everything that happened to it, the earliest first."""

    history: list[ActionEventAnswer]


class StepAnswer(Answer):
    """How an action stands after what happened to it; `version` is what the next step is based on."""

    code: str = Field(examples=["CA-2025-Q2-1"])
    version: int
    state: ActionState
    is_repeated: bool


class GoalWhole(Answer):
    """A goal with its key results' statuses, the owner's words and the open actions."""

    goal: GoalAnswer
    statuses: list[StatusAnswer]
    narratives: list[NarrativeAnswer]
    actions: list[ActionAnswer]


class Explanation(Answer):
    """Everything that answers for a status, as `okr explain --json` tells it."""

    model_config = ConfigDict(extra="allow")
    key_result: str = Field(examples=["A1.1"])
    period: PeriodCode
    status: Status
    reason: Texts | None
    rule: str | None
    rule_version: str | None
    facts: dict[str, Any]
    origins: dict[str, Texts] = Field(default={}, description="Where each fact comes from.")
    what_would_change_it: Texts = Texts()
    evidence: dict[str, Any] = Field(description="What the series says: tier, number of points, signal, a sentence.")


class Strategies(Answer):
    """A page of strategies."""

    items: list[StrategyAnswer]
    next: str | None = None


class Goals(Answer):
    """A page of goals."""

    items: list[GoalAnswer]
    next: str | None = None


class Statuses(Answer):
    """A page of statuses."""

    items: list[StatusAnswer]
    next: str | None = None


class Measurements(Answer):
    """A page of figures."""

    items: list[FigureAnswer]
    next: str | None = None


class Actions(Answer):
    """A page of actions."""

    items: list[ActionAnswer]
    next: str | None = None


def texts(words: Words) -> Texts:
    """A text of ours as it is answered."""
    return Texts(fi=words.fi, sv=words.sv, en=words.en)
