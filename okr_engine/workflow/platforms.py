"""The contract of a task platform: five functions, what it can do, and what it has to be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, Field

from okr_engine.words import Language
from okr_engine.workflow.tasks import Changes, TaskMessage, TaskRef, TaskReport, TaskSeen

API_VERSION = 1
"""The version of this contract; a plugin says which it was made for, and a newer one than this is not used."""


@dataclass(frozen=True)
class Capabilities:
    """What a platform can do; what it cannot is not asked of it."""

    reaches_out: bool
    can_be_asked: bool
    reports_back: bool


class PlatformSettings(BaseModel):
    """What every platform has to be told; a field's title is a message key, and a secret is the name of a variable."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    app_address: str = Field(default="", title="task_platforms.app_address", pattern=r"^(https?://.*[^/])?$")
    language: Language = Field(default=Language.FI, title="task_platforms.language")

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts the platform is reached at; a client that reaches others is not needed."""
        return frozenset()


_S_contra = TypeVar("_S_contra", bound=PlatformSettings, contravariant=True)


class TaskPlatform(Protocol[_S_contra]):
    """A task platform as a module or an object with these names; the conformance suite holds it to them.

    What goes wrong is SourceUnavailable (tried again), TaskChanged (fetched and written once more), CredentialsRefused
    or PlatformGone (the endpoint pauses), TaskRefused (set aside for a person) or AddressRefused, never a foreign
    exception.
    """

    @property
    def Settings(self) -> type[PlatformSettings]:  # noqa: N802  the name of a class
        """What the platform has to be told."""

    @property
    def CAPABILITIES(self) -> Capabilities:  # noqa: N802  the name of a constant
        """What the platform can do."""

    def probe(self, settings: _S_contra, client: httpx.Client) -> None:
        """Try the connection without leaving anything behind; return where it works, raise what is wrong where not."""

    def upsert(
        self, settings: _S_contra, client: httpx.Client, sent: TaskMessage, *, known: TaskRef | None, now: datetime
    ) -> TaskRef:
        """Make the platform's task what the message says; the same message twice leaves one task.

        Title, text, people and day are ours. How far the work is, is the platform's: written at the beginning and
        where the message is ahead of it, and taken back only where a new round starts. `known` is what our last write
        left there; TaskChanged where the platform refuses to write over something newer.
        """

    def fetch(self, settings: _S_contra, client: httpx.Client, ref: TaskRef) -> TaskSeen | None:
        """The task as it is now; None where it is gone, or where the platform cannot be asked."""

    def changes(self, settings: _S_contra, client: httpx.Client, *, cursor: str | None) -> Changes:
        """What has changed since the cursor, our own writes included; nothing where the platform cannot be asked."""

    def parse_inbound(
        self, settings: _S_contra, headers: Mapping[str, str], body: bytes, *, now: datetime
    ) -> TaskReport:
        """What a message from the platform tells, once it is proved to be the platform's; ForgedMessage if not."""
