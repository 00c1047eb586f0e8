"""Rulebooks as people keep them: every edition with its day, and the draft that is to become the next one."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, Text
from sqlmodel import Field

from okr_engine.model.rows import Editable, Recorded, only_one_current


class RulebookEdition(Recorded, table=True):
    """A rulebook's whole text, in force from a day on: it came with the program, or somebody published it."""

    __tablename__ = "rulebook_edition"
    __table_args__ = (only_one_current("uq_rulebook_edition_current", "name", "rule_version"),)
    name: str = Field(max_length=30, description="Which rulebook: status")
    rule_version: str = Field(max_length=100, description="The version its decisions carry")
    valid_from: date
    yaml: str = Field(sa_type=Text, description="As it was written")
    shipped: bool = Field(description="Whether it came with the program instead of being published")
    back_test: dict[str, Any] = Field(sa_type=JSON, description="What its publisher was shown; empty when shipped")


class RulebookDraft(Editable, table=True):
    """The next edition of a rulebook while it is being written; one for each rulebook."""

    __tablename__ = "rulebook_draft"
    name: str = Field(max_length=30, unique=True)
    yaml: str = Field(sa_type=Text)
    saved_by: str = Field(max_length=100)
