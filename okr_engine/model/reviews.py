"""Reviews: the owner's words for a quarter, every version of them kept."""

from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, SQLModel

from okr_engine.model.columns import Choice, Code, Line, PeriodColumn, PeriodField, Prose
from okr_engine.model.rows import Form, Recorded, only_one_current
from okr_engine.words import Language


class NarrativeState(StrEnum):
    """How far the owner's words have come."""

    DRAFT = "draft"
    SUBMITTED = "submitted"


class NarrativeBase(SQLModel):
    """A summary, and the answers to the four questions."""

    summary: Prose = ""
    what_happened: Prose = ""
    why: Prose = ""
    what_we_do: Prose = ""
    what_we_need: Prose = ""


class Narrative(NarrativeBase, Recorded, table=True):
    """The owner's words on a goal in a period, in one language; a save is a new version."""

    __table_args__ = (only_one_current("uq_narrative_current", "goal_id", "period", "language"),)
    goal_id: UUID = Field(foreign_key="goal.id")
    period: PeriodField = Field(sa_type=PeriodColumn)
    language: Language = Field(sa_type=Choice(Language))
    state: NarrativeState = Field(default=NarrativeState.DRAFT, sa_type=Choice(NarrativeState))


class NarrativeForm(Form, NarrativeBase):
    """A narrative as it comes in."""

    goal: Code
    period: PeriodField
    language: Language
    state: NarrativeState = NarrativeState.DRAFT
    reason: Line | None = None
