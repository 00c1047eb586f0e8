"""The overview: how the strategy stands in a quarter, what wants attention, and every goal by priority."""

from collections.abc import Container
from uuid import UUID

import streamlit as st

from app_pages.components.answers import accepted, open_actions, strategy_standing
from app_pages.components.here import clock, language, quarter, strategy, t, today
from app_pages.components.notices import no_data_yet
from app_pages.components.plain import plain
from app_pages.components.status import COUNTED, roll_up_text, status_text
from app_pages.components.tables import Column, Row, Section, follow, link, mark, marks, moved, note, pill, tables, text
from okr_engine.i18n import day, period, spoken
from okr_engine.services.attention import Attention, wanting_attention
from okr_engine.services.reasons import reason
from okr_engine.services.standings import GoalStanding, PriorityStanding, StrategyStanding, accepted_among
from okr_engine.terms import RollUpMethod

# More than this nobody takes in; the rest stands beside its goal.
SHOWN_MATTERS = 20


def counts(standing: StrategyStanding, agreed: Container[UUID]) -> None:
    """The key results by status, and how much of it all is measured."""
    whole = standing.standing
    with st.grid(4, min_column_width=150):
        for status in COUNTED:
            number = t("overview.count_of", number=whole.counts[status], of=whole.of)
            st.metric(status_text(status), number, border=True, height="stretch")
    coverage = t("overview.coverage", measured=whole.measured, of=whole.of)
    left_out = [t("overview.not_assessed", count=whole.not_assessed)] if whole.not_assessed else []
    missing = [t("overview.gap", reason=t(f"no_data.{reason}"), count=count) for reason, count in standing.gaps.items()]
    gaps = [t("overview.gaps", gaps=missing)] if missing else []
    count = accepted_among((one for goal in standing.goals for one in goal.key_results), agreed)
    beside = [t("overview.accepted_of_all", count=count)] if count else []
    st.caption(" ".join([coverage, *left_out, *gaps, *beside]))
    st.caption(how_it_adds_up(standing))


def how_it_adds_up(standing: StrategyStanding) -> str:
    """By which policy goals, priorities and the strategy get their status."""
    if standing.policy.method is RollUpMethod.WORST_OF:
        return t("roll_up.worst_of")
    return f"{t('roll_up.weighted')} {roll_up_text(standing.standing)}"


def attention(matters: list[Attention]) -> Section:
    """What wants attention as a table, the most urgent of it; when it is nothing, that is said."""
    shown, rest = matters[:SHOWN_MATTERS], matters[SHOWN_MATTERS:]
    notes = [t("overview.nothing_wants_attention")] if not shown else []
    notes += [t("overview.more_wants_attention", count=len(rest))] if rest else []
    return Section(
        caption=t("overview.attention"),
        heading=t("overview.attention"),
        notes=[text(one) for one in notes],
        columns=(
            Column(t("noun.key_result"), 24),
            Column(t("overview.why"), 40),
            Column(t("overview.desk"), 22),
            Column(t("overview.due"), 14),
        ),
        rows=[matter(one) for one in shown],
    )


def matter(one: Attention) -> Row:
    """One thing that wants attention: what, why, with whom and until when."""
    until = one.accepted_until
    beside = [note(t("overview.accepted_until", until=until))] if until else []
    due = [text(day(one.due, language()))] if one.due else [text(t("overview.no_action"))]
    return Row(
        [
            [
                mark(one.status),
                link(
                    f"{one.key_result_code} {spoken(one.name, language())}",
                    "goal",
                    code=one.goal_code,
                    kr=one.key_result_code,
                ),
            ],
            [text(reason(one.because, one.facts, one.measure, one.decimals, language())), *beside],
            [text(spoken(one.desk, language()) or t("noun.vacancy"))],
            [*due, note(t("overview.overdue"))] if one.overdue else due,
        ]
    )


def priority(one: PriorityStanding, agreed: Container[UUID]) -> Section:
    """A priority's goals as a table; `agreed` are the key results whose deviation is accepted."""
    name = spoken(one.name, language())
    accepted_here = accepted_among((each for goal in one.goals for each in goal.key_results), agreed)
    return Section(
        caption=t("overview.goals_of", priority=name),
        heading=name,
        lead=[
            pill(one.standing.status, short=False),
            text(roll_up_text(one.standing, accepted_here)),
        ],
        columns=(
            Column(t("noun.goal"), 27),
            Column(t("overview.status"), 13),
            Column(t("overview.roll_up"), 21),
            Column(t("overview.movement"), 12),
            Column(t("overview.key_results"), 15),
            Column(t("overview.actions"), 12),
        ),
        rows=[goal(each, agreed) for each in one.goals],
    )


def goal(one: GoalStanding, agreed: Container[UUID]) -> Row:
    """A goal: who owns it, how it stands, what lies behind that, and what is being done."""
    return Row(
        [
            [
                link(f"{one.code} {spoken(one.name, language())}", "goal", code=one.code),
                note(spoken(one.owner, language()) or t("noun.vacancy")),
            ],
            [pill(one.standing.status)],
            [
                text(roll_up_text(one.standing, accepted_among(one.key_results, agreed))),
                *([note(t("overview.kpis", count=len(one.kpis)))] if one.kpis else []),
            ],
            [moved(one.movement)],
            [marks((each.status, f"{each.code} {spoken(each.name, language())}") for each in one.key_results)],
            [text(t("overview.open_actions", count=len(one.actions)))] if one.actions else [],
        ]
    )


looked_at, shown = strategy(), quarter()
st.title(t("noun.overview"), anchor=False)
found = strategy_standing(looked_at.code, shown) if looked_at and shown else None
if found is None or shown is None:
    no_data_yet()
    st.stop()

st.markdown(f"{plain(spoken(found.name, language()))} · {period(shown, language())}")
if found.decided_at:
    st.caption(t("overview.decided", at=clock(found.decided_at)))
agreed = accepted(shown)
counts(found, agreed)
matters = wanting_attention(found, open_actions(), shown, today=today(), accepted=agreed)
params = {"period": shown.code}
sections = [attention(matters), *[priority(one, agreed) for one in found.priorities]]
follow(tables(sections, key="overview.tables", params=params))
