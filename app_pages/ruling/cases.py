"""Key results that a draft would judge otherwise, or harm, as rows of a table."""

from collections.abc import Mapping, Sequence
from typing import Any

from app_pages.components.here import language, t
from app_pages.components.tables import Column, Row, Section, link, note, pill, text
from app_pages.components.the_rest import the_rest
from okr_engine.i18n import period, spoken
from okr_engine.services.back_test_results import Case, KeyResultName
from okr_engine.services.reasons import reason
from okr_engine.words import Words


def cases_table(cases: Sequence[Case], caption: str, *, most: int) -> Section:
    """What was recorded, what the draft says, and the draft's reason."""
    return Section(
        caption=caption,
        columns=(
            Column(t("my_work.key_result_or_kpi"), 28),
            Column(t("noun.quarter"), 10),
            Column(t("ruling.recorded"), 15),
            Column(t("ruling.in_draft"), 15),
            Column(t("ruling.reason_in_draft"), 32),
        ),
        notes=the_rest(cases, most),
        rows=[_row(one) for one in cases[:most]],
    )


def reason_of(because: Words, facts: Mapping[str, Any], subject: KeyResultName) -> str:
    """A rule's sentence with the key result's figures in its own unit."""
    return reason(because, facts, subject.measure, subject.decimals, language())


def _row(one: Case) -> Row:
    subject = one.subject
    name = f"{subject.code} {spoken(subject.name, language())}"
    address = {"code": subject.goal, "kr": subject.code, "period": one.quarter.code}
    rules = f"{one.rule_before} → {one.rule_after}" if one.rule_before != one.rule_after else one.rule_after
    return Row(
        [
            [link(name, "goal", **address) if subject.may_open else text(name)],
            [text(period(one.quarter, language()))],
            [pill(one.before)],
            [pill(one.after)],
            [text(reason_of(one.because, one.facts, subject)), note(rules)],
        ]
    )
