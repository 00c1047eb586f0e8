"""The definition behind a computed figure: what it counts, what was decided about it, and what it cannot say."""

from dataclasses import dataclass

from okr_engine.measuring.deadlines import Limits
from okr_engine.measuring.definition import Given, definition
from okr_engine.model import Calculation, Source
from okr_engine.services.lineage_views import LineageView
from okr_engine.words import Words


@dataclass(frozen=True)
class ParameterView:
    """What was decided about a figure: what it means, its value, and that value in words where it is a name for one."""

    name: str
    means: Words
    value: Given
    is_choice: bool
    called: Words


@dataclass(frozen=True)
class DefinitionView:
    """How a computed figure is defined, in words and as SQL, and which source it is computed from."""

    kpi: str
    version: str
    name: Words
    what: Words
    cannot_say: Words
    parameters: tuple[ParameterView, ...]
    sql: str
    source_code: str
    source_name: Words
    fewest: int


def definition_view(
    calculation: Calculation, source: Source, lineage: LineageView | None, limits: Limits | None
) -> DefinitionView:
    """The definition by which the figure with that lineage was computed; today's where it was not computed."""
    computed = lineage if lineage and lineage.kpi == calculation.kpi else None
    known = definition(calculation.kpi, computed.version if computed else calculation.kpi_version)
    values = computed.parameters if computed else known.with_defaults(calculation.parameters)
    classes = limits.classes if limits else {}
    return DefinitionView(
        kpi=known.kpi,
        version=known.version,
        name=known.names,
        what=known.what,
        cannot_say=known.cannot_say,
        parameters=tuple(
            ParameterView(
                name=name,
                means=one.means,
                value=(value := values.get(name, one.default)),
                is_choice=bool(one.choices),
                called=classes.get(str(value), Words()) if name == "service_class" else Words(),
            )
            for name, one in known.parameters.items()
            if name != "by"
        ),
        sql=known.sql,
        source_code=source.code,
        source_name=source.name,
        fewest=calculation.fewest,
    )
