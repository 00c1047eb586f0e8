"""The contract of a channel to people: two functions, what it can do, what it has to be told, and what it tells."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from okr_engine.words import Language

API_VERSION = 1
"""The version of this contract; a channel that other packages bring says for which it was made."""


@dataclass(frozen=True)
class ChannelCapabilities:
    """What a channel can do, and whether it reaches people at their own e-mail address."""

    needs_address: bool
    can_acknowledge_by_link: bool


class ChannelSettings(BaseModel):
    """What every channel has to be told; a field's title is a message key, and a secret is the name of a variable."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    app_address: str = Field(title="task_platforms.app_address", pattern=r"^https?://.*[^/]$")


@dataclass(frozen=True)
class NoticeLine:
    """One action in a notice: what is asked of the person, why, by when, and where it is found.

    `acknowledge_link` is there where the action can still be acknowledged, and the channel can carry such a link.
    """

    code: str
    title: str
    asks: tuple[str, ...]
    because: str
    state: str
    due: date
    link: str
    acknowledge_link: str | None


@dataclass(frozen=True)
class Notice:
    """All that one person is told at once, in that person's language; `id` is the same however often it is sent."""

    id: str
    at: datetime
    person: str
    name: str
    address: str | None
    language: Language
    subject: str
    lines: tuple[NoticeLine, ...]


_S_contra = TypeVar("_S_contra", bound=ChannelSettings, contravariant=True)


class Channel(Protocol[_S_contra]):
    """A channel as a module or an object with these names.

    `inner` are the hosts that may be on the organisation's own network. What goes wrong is SourceUnavailable (tried
    again), CredentialsRefused, PlatformGone, InvalidSettings or AddressRefused (the channel pauses) or NoticeRefused
    (set aside for a person), never a foreign exception.
    """

    @property
    def Settings(self) -> type[ChannelSettings]:  # noqa: N802  the name of a class
        """What the channel has to be told."""

    @property
    def CAPABILITIES(self) -> ChannelCapabilities:  # noqa: N802  the name of a constant
        """What the channel can do."""

    def probe(self, settings: _S_contra, *, inner: frozenset[str]) -> None:
        """Try the connection without telling anybody anything; raise what is wrong."""

    def send(self, settings: _S_contra, notice: Notice, *, inner: frozenset[str], now: datetime) -> None:
        """Tell the person; return once the channel has taken it."""
