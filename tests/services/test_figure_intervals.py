"""How sure a figure is: by its counts, by its answers, or not at all."""

from decimal import Decimal

import pytest

from okr_engine.model import MeasureUnit
from okr_engine.services.figure_intervals import Counts, interval_of
from okr_engine.statistics.intervals import net_promoter_score, wilson

PERCENT, INDEX, NUMBER = MeasureUnit.PERCENT, MeasureUnit.INDEX, MeasureUnit.NUMBER


def test_a_share_of_counts_has_wilsons_interval_in_percent() -> None:
    interval, _ = interval_of(PERCENT, Decimal(90), Counts(Decimal(90), Decimal(100)))

    assert interval == wilson(90, 100).times(100)


def test_a_share_of_those_who_answered_has_the_interval_of_so_many() -> None:
    interval, _ = interval_of(PERCENT, Decimal("82.5"), Counts(n=200))

    assert interval == wilson(165, 200).times(100)


def test_a_net_promoter_score_has_the_interval_of_its_answers() -> None:
    interval, _ = interval_of(INDEX, Decimal(50), Counts(n=40, answers=(25, 10, 5)))

    assert interval == net_promoter_score(25, 10, 5)


@pytest.mark.parametrize(
    ("measure", "value", "counts"),
    [
        (NUMBER, Decimal(3), Counts(Decimal(90), Decimal(30))),
        (PERCENT, Decimal(90), Counts()),
        (PERCENT, Decimal(40), Counts(Decimal(90), Decimal(100))),
        (PERCENT, Decimal(120), Counts(n=200)),
        (PERCENT, Decimal(0), Counts(Decimal(0), Decimal(0))),
        (PERCENT, Decimal(-5), Counts(Decimal(-5), Decimal(100))),
        (PERCENT, None, Counts(Decimal(90), Decimal(100))),
    ],
    ids=["a mean", "no counts", "not that share", "more than all", "of nothing", "below nothing", "no figure"],
)
def test_what_is_no_share_of_counts_has_no_interval(
    measure: MeasureUnit, value: Decimal | None, counts: Counts
) -> None:
    assert interval_of(measure, value, counts) == (None, False)


def test_too_few_counts_have_no_interval_and_say_that_they_are_too_few() -> None:
    assert interval_of(PERCENT, Decimal(80), Counts(Decimal(4), Decimal(5))) == (None, True)
    assert interval_of(INDEX, Decimal(0), Counts(answers=(1, 0, 1))) == (None, True)
