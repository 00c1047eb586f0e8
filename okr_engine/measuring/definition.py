"""A definition: the SQL of a figure with its parameters, its meaning, and what it cannot say."""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict

from okr_engine.errors import InvalidInput, NotFound
from okr_engine.measuring import definitions
from okr_engine.measuring.tables import TABLES, Table
from okr_engine.terms import Direction, RoleKind
from okr_engine.words import Language, Words, message

Given = str | int | bool

DEADLINES = "deadline"

_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _in_all_languages(texts: object) -> Words:
    if not isinstance(texts, dict) or set(texts) != set(Language):
        raise ValueError(f"a text is wanted in {', '.join(Language)}")
    return Words(**texts)


Texts = Annotated[Words, BeforeValidator(_in_all_languages)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Parameter(_Part):
    """What may be decided about a figure: a choice of words, a whole number within bounds, yes or no, or a text."""

    default: Given
    means: Texts
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    required: bool = False

    @property
    def allowed(self) -> str:
        """What may be given, as a person reads it."""
        if isinstance(self.default, bool):
            return "true, false"
        return ", ".join(self.choices) or (f"{self.least} … {self.most}" if self.least is not None else "")

    def read(self, name: str, told: Given) -> Given:
        """The value that somebody tells, also as text; InvalidInput where it is not among those allowed."""
        match self.default:
            case bool():
                value: Given | None = told if isinstance(told, bool) else _TRUTHS.get(str(told).lower())
            case int():
                value = self._whole(str(told))
            case str():
                value = str(told) if not self.choices or told in self.choices else None
        if self.required and value == "":
            raise InvalidInput(message("measuring.parameter_needed", name=name))
        if value is None:
            what = message("measuring.parameter_out_of_range", name=name, found=str(told))
            raise InvalidInput(what, remedy=message("measuring.allowed", allowed=self.allowed))
        return value

    def _whole(self, told: str) -> int | None:
        if not re.fullmatch(r"-?\d{1,9}", told):
            return None
        number = int(told)
        return number if (self.least or 0) <= number and (self.most is None or number <= self.most) else None


class Form(_Part):
    """What a value is counted in (a MeasureUnit of the product), and its decimals."""

    unit: str
    decimals: int

    def rounded(self, exact: Decimal) -> Decimal:
        """The value as it is told: rounded once, half up."""
        return exact.quantize(Decimal(1).scaleb(-self.decimals), rounding=ROUND_HALF_UP)


class Reach(_Part):
    """How many months around a period bear on its figure: `back` before it (None: all of them), `forward` after it."""

    back: int | None = 0
    forward: int = 0


class Definition(_Part):
    """One version of a KPI's definition. Its SQL names what it is given with a dollar sign."""

    kpi: str
    version: str
    sql: str
    reads: tuple[str, ...]
    reach: Reach = Reach()
    value: Form
    value_if: Mapping[str, Mapping[str, Form]] = {}
    direction: Direction
    owner_role: RoleKind
    names: Texts
    what: Texts
    cannot_say: Texts
    parameters: Mapping[str, Parameter]

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The canonical tables that the SQL reads; the first is the one it counts in."""
        return tuple(TABLES[name] for name in self.reads if name != DEADLINES)

    @property
    def needs_deadlines(self) -> bool:
        """Whether the SQL reads the table of statutory deadlines."""
        return DEADLINES in self.reads

    @cached_property
    def names_in_sql(self) -> frozenset[str]:
        """The names of everything that the SQL has to be given."""
        return frozenset(re.findall(r"\$(\w+)", self.sql))

    def with_defaults(self, told: Mapping[str, Given]) -> Mapping[str, Given]:
        """Every parameter with its value; InvalidInput for one that does not exist or is out of range."""
        for name in told.keys() - self.parameters.keys():
            remedy = message("measuring.allowed", allowed=", ".join(self.parameters))
            raise InvalidInput(message("measuring.unknown_parameter", name=name, kpi=self.kpi), remedy=remedy)
        return {name: one.read(name, told.get(name, one.default)) for name, one in self.parameters.items()}

    def form(self, parameters: Mapping[str, object]) -> Form:
        """What the value is counted in under these parameters."""
        for name, forms in self.value_if.items():
            if form := forms.get(str(parameters[name])):
                return form
        return self.value


def kpis() -> tuple[str, ...]:
    """The KPIs there are definitions of."""
    return tuple(sorted(folder.name for folder in files(definitions).iterdir() if _versions(folder)))


@cache
def definition(kpi: str, version: str | None = None) -> Definition:
    """The definition of a KPI, its newest version if none is named; NotFound where there is none."""
    known = kpis()
    if kpi not in known:
        remedy = message("measuring.allowed", allowed=", ".join(known))
        raise NotFound(message("measuring.no_such_kpi", kpi=kpi), remedy=remedy)
    versions = _versions(files(definitions) / kpi)
    if version is not None and version not in versions:
        remedy = message("measuring.allowed", allowed=", ".join(versions))
        raise NotFound(message("measuring.no_such_version", kpi=kpi, version=version), remedy=remedy)
    folder = files(definitions) / kpi / (version or versions[-1])
    content = yaml.safe_load((folder / "definition.yaml").read_text("utf-8"))
    return Definition(kpi=kpi, sql=(folder / "definition.sql").read_text("utf-8"), **content)


def _versions(folder: Traversable) -> list[str]:
    found = [one.name for one in folder.iterdir() if one.name.isdigit()] if folder.is_dir() else []
    return sorted(found, key=int)
