"""The three catalogues say the same things, and everything the code asks for."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from okr_engine.access import Permission
from okr_engine.api.problems import Problem
from okr_engine.measuring.deadlines import Confidence
from okr_engine.measuring.definition import definition, kpis
from okr_engine.model.actions import ActionEventKind, ActionKind, ActionState, RootCauseMethod, SupportAnswer
from okr_engine.model.deliveries import DeliveryState
from okr_engine.model.indicators import BreakKind, MeasureUnit
from okr_engine.model.reviews import NarrativeState
from okr_engine.model.sources import FindingKind, Rhythm, RunState
from okr_engine.periods import Cadence
from okr_engine.services.accepted_deviations import DeviationState
from okr_engine.services.back_test_results import HarmKind
from okr_engine.services.data_desk import DataState
from okr_engine.services.disagreements import Ending, Leaning, Outcome
from okr_engine.services.effect_series import Obstacle, Omission
from okr_engine.services.figure_series import HappeningKind
from okr_engine.services.figure_views import Origin
from okr_engine.services.goalpost_moves import Goalpost
from okr_engine.services.goalposts import Retold
from okr_engine.services.integrations import EndpointHealth
from okr_engine.services.neglect import Neglect
from okr_engine.services.rulebook_views import Book, InForce
from okr_engine.services.source_views import Health
from okr_engine.services.standings import Movement
from okr_engine.services.unit_views import Verdict
from okr_engine.statistics.aims import Shift
from okr_engine.statistics.effects import Method
from okr_engine.statistics.effects import Verdict as EffectVerdict
from okr_engine.statistics.funnel import Place
from okr_engine.statistics.xmr_charts import Remark
from okr_engine.statistics.xmr_icons import AssuranceIcon, VariationIcon
from okr_engine.terms import Direction, KeyResultKind, NoDataReason, RoleKind, Status, Tier
from okr_engine.words import Language
from okr_engine.workflow.escalation import Subject
from okr_engine.workflow.tasks import TaskState
from okr_engine.working_days import LimitUnit

ROOT = Path(__file__).parents[2]
SOURCES = ("okr_engine", "app_pages", "connectors", "streamlit_app.py")
KEY_POSITION = {"message": 0, "Message": 0, "t": 0, "say": 1}

# Keys of these families are put together in code from a member of a closed set, as in f"status.{status}".
FAMILIES: Mapping[str, type[StrEnum] | None] = {
    "action": None,
    "action_do": None,
    "action_event": ActionEventKind,
    "action_kind": ActionKind,
    "action_plan": None,
    "action_state": ActionState,
    "action_steps.not_now": ActionState,
    "actions.layout": None,
    "actions.metric": None,
    "actions.stage": None,
    "actions.which": None,
    "api_problem": Problem,
    "asking_kind": None,
    "assurance_icon": AssuranceIcon,
    "break_kind": BreakKind,
    "cadence": Cadence,
    "chart_remark": Remark,
    "chart_signal": None,
    "connector": None,
    "counted": None,
    "data_state": DataState,
    "delivery_state": DeliveryState,
    "demo_case": None,
    "deviation_state": DeviationState,
    "direction": Direction,
    "direction_short": Direction,
    "disagreement_ending": Ending,
    "doctor": None,
    "effect_left_out": Omission,
    "effect_method": Method,
    "effect_obstacle": Obstacle,
    "effect_says": EffectVerdict,
    "effect_verdict": EffectVerdict,
    "endpoint_health": EndpointHealth,
    "endpoint_health_means": EndpointHealth,
    "error.not_allowed": Permission,
    "event_column": None,
    "event_table": None,
    "event_word": None,
    "evidence_tier": Tier,
    "excluded": None,
    "fact_origin": None,
    "figure": None,
    "figure_short": None,
    "finding": FindingKind,
    "funnel_place": Place,
    "goalpost": Goalpost,
    "happening": HappeningKind,
    "indicator.origin": Origin,
    "key_result_kind": KeyResultKind,
    "language": Language,
    "leaning": Leaning,
    "limit_confidence": Confidence,
    "limit_length": LimitUnit,
    "movement": Movement,
    "movement_short": Movement,
    "narrative_state": NarrativeState,
    "neglect": Neglect,
    "neglect_means": Neglect,
    "neglect_told": Neglect,
    "no_data": NoDataReason,
    "next_step": ActionState,
    "notice_asks": None,
    "noun": None,
    "outcome": Outcome,
    "parameter_value": None,
    "point_label": None,
    "policy.chain": Subject,
    "policy.clock": None,
    "question": None,
    "retold": Retold,
    "rhythm": Rhythm,
    "roll_up": None,
    "root_cause_method": RootCauseMethod,
    "role": RoleKind,
    "rule_condition": None,
    "rule_harm": HarmKind,
    "rule_harm_means": HarmKind,
    "rule_sum": None,
    "rules.fact": None,
    "ruling.about_book": Book,
    "ruling.in_force": InForce,
    "ruling.view": None,
    "run_state": RunState,
    "share": None,
    "shift": Shift,
    "source_health": Health,
    "source_health_means": Health,
    "status": Status,
    "status_count": Status,
    "status_short": Status,
    "task_field": None,
    "task_platform": None,
    "task_state": TaskState,
    "task_state_means": TaskState,
    "trial_assurance": None,
    "support_answer": SupportAnswer,
    "unit": MeasureUnit,
    "variation_icon": VariationIcon,
    "variation_tier": Tier,
    "verdict": Verdict,
    "weekday": None,
}

# Texts that are rightly the same in two languages: internationally used words, abbreviations and bare symbols.
SHARED_TEXTS = {
    "actions.rate",
    "action_plan.foreseen",
    "action_plan.heading",
    "task_platform.jira",
    "task_platform.node_red",
    "task_platform.openproject",
    "task_platform.redmine",
    "task_platform.servicenow",
    "channels.port",
    "cli.change",
    "explanation.fact_line",
    "figure.euro",
    "figure.percent",
    "figure_short.days",
    "figure_short.minutes",
    "goalpost.moved",
    "indicator.definition",
    "overview.gap",
    "policy.days",
    "policy.zone",
    "indicator.version",
    "noun.period",
    "rule_condition.equal",
    "rule_sum.minus",
    "rule_sum.plus",
    "rule_sum.times",
    "rule_words.of",
    "sources.required",
    "task.title",
    "upload.required",
    "unit.index",
}


@dataclass(frozen=True)
class Asked:
    """A sentence that some line of the code asks for; no value names where they cannot be read from the line."""

    place: str
    key: str
    values: frozenset[str] | None


@cache
def catalogue(language: Language) -> Catalog:
    return read_po(BytesIO(po_file(language).read_bytes()), locale=language.value, abort_invalid=True)


def po_file(language: Language) -> Path:
    return ROOT / "okr_engine" / "i18n" / f"{language}.po"


def entries(language: Language) -> dict[str, Message]:
    return {key_of(entry): entry for entry in catalogue(language) if entry.id}


def key_of(entry: Message) -> str:
    return entry.id if isinstance(entry.id, str) else entry.id[0]


def texts(entry: Message) -> tuple[str, ...]:
    return (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())


def in_family(key: str) -> bool:
    return any(key.startswith(f"{family}.") for family in FAMILIES)


def placeholders(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\{(\w+)\}", text))


@cache
def trees() -> dict[str, ast.Module]:
    found = [ROOT / name for name in SOURCES]
    modules = [
        path for top in found for path in (sorted(top.rglob("*.py")) if top.is_dir() else [top]) if path.exists()
    ]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in modules}


def key_arguments(tree: ast.Module) -> Iterator[tuple[ast.Call, ast.expr]]:
    """Every call that takes a key, with the expressions that may be the key."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "id", getattr(call.func, "attr", None))
        position = KEY_POSITION.get(name or "")
        if position is not None and len(call.args) > position:
            pending = [call.args[position]]
            while pending:
                argument = pending.pop()
                if isinstance(argument, ast.IfExp):
                    pending += [argument.body, argument.orelse]
                else:
                    yield call, argument


def value_names(call: ast.Call) -> frozenset[str] | None:
    """The names of the values a call gives, where the line itself says them all."""
    named = [keyword.arg for keyword in call.keywords]
    given_otherwise = getattr(call.func, "id", getattr(call.func, "attr", None)) == "Message"
    return None if given_otherwise or None in named else frozenset(name for name in named if name)


def asked() -> list[Asked]:
    return [
        Asked(f"{module}:{call.lineno}", argument.value, value_names(call))
        for module, tree in trees().items()
        for call, argument in key_arguments(tree)
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]


@pytest.mark.parametrize("language", Language)
def test_every_sentence_the_code_asks_for_exists(language: Language) -> None:
    known = entries(language)

    assert [(each.place, each.key) for each in asked() if each.key not in known] == []


def test_every_sentence_gets_the_values_it_has_places_for() -> None:
    known = entries(Language.FI)
    lacking = [
        (each.place, each.key, sorted(missing))
        for each in asked()
        if each.values is not None and each.key in known
        if (missing := frozenset().union(*map(placeholders, texts(known[each.key]))) - each.values)
    ]

    assert lacking == []


def test_keys_put_together_in_code_belong_to_a_declared_family() -> None:
    heads = [
        (f"{module}:{call.lineno}", ast.unparse(argument))
        for module, tree in trees().items()
        for call, argument in key_arguments(tree)
        if isinstance(argument, ast.JoinedStr) and not begins_with_family(argument)
    ]

    assert heads == []


def begins_with_family(key: ast.JoinedStr) -> bool:
    head = key.values[0]
    return isinstance(head, ast.Constant) and in_family(str(head.value))


@pytest.mark.parametrize(("family", "members"), [pair for pair in FAMILIES.items() if pair[1]])
def test_every_member_of_a_closed_set_has_its_word(family: str, members: type[StrEnum]) -> None:
    wanted = {f"{family}.{member}" for member in members}

    assert wanted - entries(Language.FI).keys() == set()


def test_everything_a_definition_counts_leaves_out_or_lets_choose_has_its_word() -> None:
    definitions = [definition(kpi) for kpi in kpis()]
    columns = {name for one in definitions for name in re.findall(r"\b(?:counted|excluded)_\w+", one.sql)}
    choices = {
        choice
        for one in definitions
        for name, parameter in one.parameters.items()
        if name != "by"
        for choice in parameter.choices
    }
    wanted = {name.replace("_", ".", 1) for name in columns} | {f"parameter_value.{choice}" for choice in choices}

    assert wanted == {
        key for key in entries(Language.FI) if key.startswith(("counted.", "excluded.", "parameter_value."))
    }


def test_no_sentence_is_kept_that_nobody_asks_for() -> None:
    written = {
        node.value
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    idle = [key for key in entries(Language.FI) if key not in written and not in_family(key)]

    assert idle == []


@pytest.mark.parametrize("family", FAMILIES)
def test_no_family_is_declared_without_sentences(family: str) -> None:
    assert any(key.startswith(f"{family}.") for key in entries(Language.FI))


def test_the_catalogues_have_the_same_keys() -> None:
    finnish, swedish, english = (set(entries(language)) for language in Language)

    assert finnish ^ swedish == set()
    assert finnish ^ english == set()


@pytest.mark.parametrize("language", [Language.SV, Language.EN])
def test_the_catalogues_have_the_same_placeholders_and_forms(language: Language) -> None:
    theirs = entries(language)
    different = [
        key
        for key, entry in entries(Language.FI).items()
        if key in theirs
        and {placeholders(text) for text in texts(entry)} != {placeholders(t) for t in texts(theirs[key])}
    ]

    assert different == []


@pytest.mark.parametrize("language", Language)
def test_every_form_of_a_sentence_has_the_same_placeholders(language: Language) -> None:
    uneven = [
        key for key, entry in entries(language).items() if len({placeholders(text) for text in texts(entry)}) != 1
    ]

    assert uneven == []


@pytest.mark.parametrize("language", Language)
def test_braces_hold_nothing_but_names(language: Language) -> None:
    odd = [
        key
        for key, entry in entries(language).items()
        for text in texts(entry)
        if re.search(r"[{}]", re.sub(r"\{[a-z_][a-z0-9_]*\}", "", text))
    ]

    assert odd == []


@pytest.mark.parametrize("language", Language)
def test_no_sentence_is_empty_padded_or_unfinished(language: Language) -> None:
    unfinished = [
        key
        for key, entry in entries(language).items()
        if entry.fuzzy or any(not text or text != text.strip() for text in texts(entry))
    ]

    assert unfinished == []


@pytest.mark.parametrize(
    ("one", "other"), [(Language.FI, Language.SV), (Language.FI, Language.EN), (Language.SV, Language.EN)]
)
def test_no_sentence_was_left_untranslated(one: Language, other: Language) -> None:
    others = entries(other)
    copies = [key for key, entry in entries(one).items() if key in others and texts(entry) == texts(others[key])]

    assert set(copies) - SHARED_TEXTS == set()


@pytest.mark.parametrize("language", Language)
def test_a_catalogue_is_in_alphabetical_order_without_doubles(language: Language) -> None:
    keys = re.findall(r'^msgid "(.+)"$', po_file(language).read_text("utf-8"), re.MULTILINE)

    assert keys == sorted(set(keys))


@pytest.mark.parametrize("language", Language)
def test_one_blank_line_stands_between_entries(language: Language) -> None:
    content = po_file(language).read_text("utf-8")

    assert all(
        block.count("\nmsgid ") + block.startswith("msgid ") == 1 for block in content.rstrip("\n").split("\n\n")
    )
    assert "\n\n\n" not in content
