"""One installation of the product: its settings, database and rulebooks, and the two ways to reach a service."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine
from sqlmodel import Session

from okr_engine import clock
from okr_engine.access import Actor
from okr_engine.database import connect, data_version, reading, writing
from okr_engine.errors import InvalidRules
from okr_engine.migrations import check_schema
from okr_engine.packaged import rules_file, rules_folder
from okr_engine.rulebook import Rulebook, mistakes_in_status_rules, read_rulebook
from okr_engine.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Rulebooks:
    """The rules in force: what gives a status, what calls for a corrective action, and when a source does."""

    status: Rulebook
    actions: Rulebook
    data_quality: Rulebook


@dataclass(frozen=True)
class Installation:
    """What every door opens once and hands to the services."""

    settings: Settings
    engine: Engine
    rulebooks: Rulebooks
    clock: Callable[[], datetime] = field(default=clock.now)

    def ask(self, service: Callable[Concatenate[Session, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Answer from one moment of the database."""
        with reading(self.engine) as session:
            return service(session, *args, **kwargs)

    def act(
        self,
        actor: Actor,
        service: Callable[Concatenate[Session, Actor, P], R],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Let `actor` do one thing in one transaction."""
        with writing(self.engine, actor=actor.code, now=self.now()) as session:
            return service(session, actor, *args, **kwargs)

    def now(self) -> datetime:
        """This moment."""
        return self.clock()

    def today(self) -> date:
        """Today where the organisation is."""
        return self.now().astimezone(self.settings.zone).date()

    def data_version(self) -> int:
        """A number that grows with every change; what was read under the same number is still true."""
        return self.ask(data_version)


def open_installation(settings: Settings) -> Installation:
    """Connect, refuse a database of another version, and read the rules; raises OperatorError or InvalidRules."""
    engine = connect(settings.database_url)
    check_schema(engine)
    return Installation(settings, engine, read_rulebooks(settings.rules))


def read_rulebooks(folder: Path | None = None) -> Rulebooks:
    """The rulebooks of `folder`, or those that come with the program; raises InvalidRules.

    A folder may do without `data_quality.yaml`: then the one that comes with the program is used.
    """
    data_quality = rules_file("data_quality.yaml", folder)
    folder = folder or rules_folder()
    books = Rulebooks(
        status=read_rulebook(folder / "status.yaml"),
        actions=read_rulebook(folder / "actions.yaml"),
        data_quality=read_rulebook(data_quality),
    )
    if mistakes := mistakes_in_status_rules(books.status, "status.yaml"):
        raise InvalidRules("status.yaml", mistakes)
    return books
