"""What an import adds, changes and restates, what it refuses, and that it leaves the data alone when it refuses."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, func
from sqlmodel import Session, col, select

from okr_engine.access import OPERATOR, Actor, Grant
from okr_engine.database import data_version, reading, was_current, writing
from okr_engine.errors import InvalidWorkbook, Mistake, NotAllowed
from okr_engine.i18n import speak
from okr_engine.model import (
    AuditEntry,
    BreakKind,
    ComparabilityBreak,
    ComparabilityBreakForm,
    Direction,
    Goal,
    GoalForm,
    IndicatorForm,
    KeyResult,
    KeyResultForm,
    LimitForm,
    Measurement,
    MeasurementForm,
    MeasureUnit,
    Narrative,
    NarrativeForm,
    NoDataReason,
    OrgUnit,
    OrgUnitForm,
    PersonForm,
    Polarity,
    Role,
    RoleForm,
    RoleHoldingForm,
    RoleKind,
    TargetForm,
)
from okr_engine.model.rows import Form
from okr_engine.periods import Period
from okr_engine.services.importing import (
    ImportPreview,
    StepKind,
    import_content,
    preview_import,
)
from okr_engine.words import Language
from okr_engine.workbook import Content, content_of, read_measurements_csv, read_workbook
from tests.workbook.samples import FILE, Q1, Q2, START, county, county_forms, measurements_only

NOW = datetime(2025, 8, 1, 12, tzinfo=UTC)
Q3 = Period.parse("2025-Q3")
LATER = NOW + timedelta(hours=1)


def import_all(engine: Engine, content: Content, *, actor: Actor = OPERATOR, now: datetime = NOW) -> ImportPreview:
    with writing(engine, actor=actor.code, now=now) as session:
        return import_content(session, actor, content)


def import_forms(engine: Engine, *forms: Form, actor: Actor = OPERATOR, now: datetime = LATER) -> ImportPreview:
    return import_all(engine, content_of(forms, file=FILE), actor=actor, now=now)


def refused(engine: Engine, content: Content, *, actor: Actor = OPERATOR) -> Sequence[Mistake]:
    """The mistakes of an import, of which nothing may remain in the database."""
    before = version(engine)
    with pytest.raises(InvalidWorkbook) as caught:
        import_all(engine, content, actor=actor, now=LATER)
    assert version(engine) == before
    for mistake in caught.value.mistakes:
        assert mistake.allowed is not None
        assert "«" not in speak(mistake.what, Language.FI) + speak(mistake.allowed, Language.FI)
    return caught.value.mistakes


def refusal(engine: Engine, *forms: Form, actor: Actor = OPERATOR) -> tuple[str, str | None]:
    (mistake,) = refused(engine, content_of(forms, file=FILE), actor=actor)
    return mistake.what.key, mistake.place.cell


def version(engine: Engine) -> int:
    with reading(engine) as session:
        return data_version(session)


def solved(value: str | None, period: Period = Q1, **more: Any) -> MeasurementForm:
    figure = None if value is None else Decimal(value)
    return MeasurementForm(indicator="solved", unit="first-line", period=period, value=figure, **more)


@pytest.fixture
def filled(memory_engine: Engine) -> Engine:
    """An installation with the county in it."""
    import_all(memory_engine, county())
    return memory_engine


def test_a_first_import_adds_every_row(engine: Engine):
    preview = import_all(engine, county())

    assert preview.count(StepKind.ADDED) == len(county_forms()) == len(preview.steps)
    with reading(engine) as session:
        assert session.exec(select(func.count()).select_from(Measurement)).one() == 3
        assert session.exec(select(OrgUnit).where(OrgUnit.code == "first-line")).one().parent_id is not None


def test_importing_twice_changes_nothing(engine: Engine):
    import_all(engine, county())
    before = version(engine)

    preview = import_all(engine, county(), now=LATER)

    assert preview.changes_nothing
    assert preview.count(StepKind.UNCHANGED) == len(county_forms())
    assert version(engine) == before


def test_a_preview_shows_what_the_import_then_does_and_changes_nothing_itself(filled: Engine):
    content = content_of([solved("88.1", reason="Lähde korjasi", responses=1200), solved("91", Q3)], file=FILE)
    before = version(filled)
    with reading(filled) as session:
        shown = preview_import(session, OPERATOR, content)

    assert version(filled) == before
    assert [(step.kind, step.before, step.after) for step in shown.of_kind(StepKind.RESTATED)] == [
        (StepKind.RESTATED, {"value": Decimal("89.71")}, {"value": Decimal("88.1")})
    ]
    done = import_all(filled, content, now=LATER)
    assert (done.counts, done.touched) == (shown.counts, shown.touched)
    assert [step.identity for step in done.steps] == [step.identity for step in shown.steps]


def test_a_changed_figure_supersedes_the_known_one_which_is_kept(filled: Engine):
    import_forms(filled, solved("88.1", reason="Lähde korjasi", responses=1200))

    with reading(filled) as session:
        rows = session.exec(
            select(Measurement).where(col(Measurement.period) == Q1).order_by(col(Measurement.revision))
        ).all()
        assert [(row.value, row.revision, row.superseded_at, row.reason) for row in rows] == [
            (Decimal("89.71"), 1, LATER, None),
            (Decimal("88.1"), 2, None, "Lähde korjasi"),
        ]


def test_a_changed_figure_without_a_reason_is_refused_with_what_was_recorded(filled: Engine):
    (mistake,) = refused(filled, content_of([solved("88.1")], file=FILE))

    assert mistake.place.cell == "O2"
    assert speak(mistake.what, Language.FI).endswith("Arvo 89,71.")


def test_the_reason_of_an_earlier_correction_does_not_cover_a_new_one(filled: Engine):
    import_forms(filled, solved("88.1", reason="Lähde korjasi"))

    assert refusal(filled, solved("87", reason="Lähde korjasi")) == ("import.reason_is_old", "O2")


@pytest.mark.parametrize(
    "changed",
    [
        TargetForm(key_result="A1.2", value=Decimal(82), valid_from=START),
        LimitForm(indicator="solved", value=Decimal(70), valid_from=START, section_of_law="THL 51 §"),
        ComparabilityBreakForm(indicator="solved", day=date(2025, 3, 1), kind=BreakKind.MODE),
        solved(None, no_data_reason=NoDataReason.WITHDRAWN),
    ],
)
def test_targets_limits_breaks_and_withdrawn_figures_need_a_reason_to_change(filled: Engine, changed: Form):
    assert refusal(filled, changed)[0] == "import.reason_needed"

    preview = import_forms(filled, changed.model_copy(update={"reason": "Päätös 12.8."}))

    assert [step.kind for step in preview.steps] == [StepKind.RESTATED]


def test_a_changed_noun_is_edited_only_where_it_differs(filled: Engine):
    preview = import_forms(
        filled, GoalForm(code="A1", name_fi="Uusi nimi", priority="A", unit="first-line", owner="owner")
    )

    assert [(step.kind, step.before) for step in preview.steps] == [
        (StepKind.CHANGED, {"name_fi": "Ratkaisu ensikontaktissa"})
    ]
    with reading(filled) as session:
        assert session.exec(select(Goal)).one().version == 2
        last = session.exec(select(AuditEntry).order_by(col(AuditEntry.number).desc())).first()
        assert last is not None
        assert last.before == {"name_fi": "Ratkaisu ensikontaktissa", "version": 1}


def test_a_changed_narrative_is_a_new_version_that_says_why(filled: Engine):
    preview = import_forms(
        filled,
        NarrativeForm(goal="A1", period=Q2, language=Language.FI, summary="Uusi teksti.", reason="Omistajan pyynnöstä"),
    )

    assert [step.kind for step in preview.steps] == [StepKind.CHANGED]
    with reading(filled) as session:
        current = session.exec(select(Narrative).where(was_current(Narrative, None))).one()
        assert (current.revision, current.summary) == (2, "Uusi teksti.")


def test_a_row_that_is_not_in_the_file_stays(filled: Engine):
    import_forms(filled, OrgUnitForm(code="new", name_fi="Uusi", parent="county"))

    with reading(filled) as session:
        assert set(session.exec(select(OrgUnit.code))) == {"county", "first-line", "new"}


def test_a_column_that_is_left_out_leaves_what_is_known(filled: Engine):
    data = measurements_only(
        ("solved", "first-line", "2025-Q1", 88.1, "Lähde korjasi"),
        headings=("Mittari", "Yksikkö", "Jakso", "Arvo", "Perustelu"),
    )

    import_all(filled, read_workbook(data, file=FILE, max_mb=5), now=LATER)

    with reading(filled) as session:
        row = session.exec(
            select(Measurement).where(was_current(Measurement, None), col(Measurement.period) == Q1)
        ).one()
        assert (row.value, row.responses) == (Decimal("88.1"), 1200)


def test_a_key_result_without_a_unit_belongs_to_its_goals_unit(filled: Engine):
    import_forms(
        filled,
        KeyResultForm(
            code="A1.3",
            goal="A1",
            indicator="solved",
            direction=Direction.AT_LEAST,
            starts=START,
            due=date(2025, 12, 31),
        ),
    )

    with reading(filled) as session:
        units = {row.code: row.unit_id for row in session.exec(select(KeyResult))}
        assert units["A1.3"] == units["A1.2"]


def test_two_slash_2025_is_read_in_the_indicators_own_cadence(filled: Engine):
    data = measurements_only(
        ("solved", "first-line", "3/2025", "90,5 %"),
        ("nps", "county", "2/2025", -12),
        ("calls", "county", "2/2025", 900),
    )

    preview = import_all(filled, read_workbook(data, file=FILE, max_mb=5), now=LATER)

    assert [str(step.identity[2]) for step in preview.steps] == ["2025-Q3", "2025-H2", "2025-02"]
    assert [str(step.after["period"]) for step in preview.steps] == ["2025-Q3", "2025-H2", "2025-02"]
    assert preview.touched == {Q3, Period.parse("2025-Q4"), Q1}


@pytest.mark.parametrize(
    ("row", "key", "cell"),
    [
        (("solved", "first-line", "2025-Q3", 950), "import.out_of_bounds", "D2"),
        (("solved", "first-line", "2025-Q3", "-1 %"), "import.out_of_bounds", "D2"),
        (("nps", "county", "2025-H2", -101), "import.out_of_bounds", "D2"),
        (("nps", "county", "2025-H2", "50 %"), "import.not_in_percent", "D2"),
        (("solved", "first-line", "2025-07", 90), "import.wrong_cadence", "C2"),
        (("calls", "county", "2025-Q3", 90), "import.wrong_cadence", "C2"),
        (("solved", "first-line", "7/2025", 90), "error.no_such_period", "C2"),
        (("solved", "first-line", date(2025, 2, 1), 90), "workbook.day_for_a_period", "C2"),
        (("solvd", "first-line", "2025-Q3", 90), "import.unknown_code", "A2"),
        (("solved", "nowhere", "2025-Q3", 90), "import.unknown_code", "B2"),
    ],
)
def test_a_figure_that_does_not_suit_its_indicator_is_refused_at_its_cell(
    filled: Engine, row: tuple[object, ...], key: str, cell: str
):
    (mistake,) = refused(filled, read_workbook(measurements_only(row), file=FILE, max_mb=5))

    assert (mistake.what.key, mistake.place.sheet, mistake.place.cell) == (key, "Mittaustulokset", cell)


def test_a_mistyped_code_is_answered_with_the_nearest_ones(filled: Engine):
    (mistake,) = refused(filled, content_of([solved("1").model_copy(update={"indicator": "solvd"})], file=FILE))

    assert mistake.allowed is not None
    assert mistake.allowed.values["codes"] == ["solved"]


def test_a_key_result_without_its_goal_is_refused(memory_engine: Engine):
    forms = [form for form in county_forms() if not isinstance(form, GoalForm | NarrativeForm)]

    mistakes = refused(memory_engine, content_of(forms, file=FILE))

    assert {(mistake.what.key, mistake.place.sheet) for mistake in mistakes} == {
        ("import.unknown_code", "Avaintulokset")
    }


def test_two_rows_for_one_figure_are_refused_and_both_are_named(filled: Engine):
    (mistake,) = refused(filled, content_of([solved("1", Q3), solved("2", Q3)], file=FILE))

    assert mistake.place.cell == "A3"
    assert str(mistake.what.values["other"]).endswith("A2")


def test_targets_and_baselines_lie_within_the_indicators_scale_too(filled: Engine):
    assert refusal(filled, TargetForm(key_result="A1.2", value=Decimal(800), valid_from=date(2026, 1, 1))) == (
        "import.out_of_bounds",
        "D2",
    )


def test_units_may_not_be_under_themselves(filled: Engine):
    assert refusal(
        filled, OrgUnitForm(code="county", name_fi="Hyvinvointialue", name_en="County", parent="first-line")
    ) == (
        "import.unit_under_itself",
        "E2",
    )


def test_an_email_address_belongs_to_one_person(filled: Engine):
    assert refusal(filled, PersonForm(code="eino", name="Eino", email="AINO@example.org")) == (
        "import.email_taken",
        "C2",
    )


def test_one_mistake_anywhere_keeps_everything_out(filled: Engine):
    refused(filled, content_of([solved("91", Q3), solved("950", Period.parse("2025-Q4"))], file=FILE))


def test_a_csv_file_of_measurements_is_imported_like_a_workbook(filled: Engine):
    data = b"indicator;unit;period;value\nsolved;first-line;Q3/2025;91,25\n"

    preview = import_all(filled, read_measurements_csv(data, file="m.csv", max_mb=1), now=LATER)

    assert preview.counts == {"measurements": {StepKind.ADDED: 1}}


def test_new_bounds_in_the_file_count_for_the_figures_in_the_file(filled: Engine):
    wider = IndicatorForm(
        code="solved",
        name_fi="Ratkaistu kerralla",
        unit=MeasureUnit.PERCENT,
        better=Polarity.HIGHER,
        highest=Decimal(1000),
    )

    preview = import_forms(filled, wider, solved("950", Q3))

    assert preview.count(StepKind.ADDED) == 1


def test_a_new_target_touches_every_quarter_its_key_result_was_measured_in(filled: Engine):
    preview = import_forms(filled, TargetForm(key_result="A1.2", value=Decimal(82), valid_from=date(2025, 4, 1)))

    assert preview.touched == {Q1, Q2}


def test_words_alone_touch_no_quarter(filled: Engine):
    assert not import_forms(filled, OrgUnitForm(code="county", name_fi="Uusi nimi")).touched


def test_an_import_asks_the_database_equally_often_for_one_figure_and_for_many(filled: Engine):
    quarters = [Period.parse("2010-Q1").shifted(number) for number in range(40)]
    one = queries(
        filled, lambda session: preview_import(session, OPERATOR, content_of([solved("1", Q2)], file=FILE)), ok=False
    )

    many = queries(
        filled,
        lambda session: preview_import(
            session, OPERATOR, content_of([solved("1", quarter) for quarter in quarters], file=FILE)
        ),
    )

    assert many == one


def test_a_viewer_may_not_import_at_all(filled: Engine):
    with pytest.raises(NotAllowed):
        import_forms(
            filled,
            solved("91", Q3),
            actor=holding(filled, RoleKind.VIEWER, "county", "first-line"),
        )


@pytest.mark.parametrize(
    ("form", "key"),
    [
        (
            MeasurementForm(indicator="nps", unit="county", period=Period.parse("2025-H2"), value=Decimal(1)),
            "import.unit_out_of_reach",
        ),
        (OrgUnitForm(code="new", name_fi="Uusi", parent="county"), "import.unit_out_of_reach"),
        (OrgUnitForm(code="new", name_fi="Uusi"), "import.top_unit_by_operator"),
        (OrgUnitForm(code="first-line", name_fi="Ensilinja"), "import.top_unit_by_operator"),
        (
            RoleForm(code="boss", name_fi="Pomo", kind=RoleKind.ADMINISTRATOR, unit="first-line"),
            "import.role_beyond_own",
        ),
        (RoleHoldingForm(role="owner", person="aino", starts=date(2026, 1, 1)), "import.role_beyond_own"),
        (PersonForm(code="aino", name="Aino Aalto", email="oma@example.org"), "import.person_out_of_reach"),
        (
            GoalForm(code="A1", name_fi="Ratkaisu ensikontaktissa", priority="A", unit="county", owner="owner"),
            "import.unit_out_of_reach",
        ),
        (
            NarrativeForm(goal="A1", period=Q2, language=Language.FI, summary="Toisen sanat.", reason="Korjaus"),
            "import.words_of_others",
        ),
    ],
)
def test_a_data_steward_imports_only_into_their_own_units_and_gives_nobody_more_than_they_hold(
    filled: Engine, form: Form, key: str
):
    steward = holding(filled, RoleKind.DATA_STEWARD, "first-line")

    assert refusal(filled, form, actor=steward)[0] == key


def test_a_data_steward_imports_the_figures_and_new_units_of_their_own_unit(filled: Engine):
    steward = holding(filled, RoleKind.DATA_STEWARD, "first-line")

    preview = import_forms(
        filled,
        OrgUnitForm(code="chat", name_fi="Chat", parent="first-line"),
        OrgUnitForm(code="night", name_fi="Yöchat", parent="chat"),
        RoleForm(code="reader", name_fi="Lukija", kind=RoleKind.VIEWER, unit="night"),
        solved("91", Q3).model_copy(update={"unit": "night"}),
        actor=steward,
    )

    assert preview.count(StepKind.ADDED) == 4


def test_rows_out_of_reach_that_say_nothing_new_do_no_harm(filled: Engine):
    steward = holding(filled, RoleKind.DATA_STEWARD, "first-line")

    assert import_all(filled, county(), actor=steward, now=LATER).changes_nothing


def test_a_withdrawn_break_stays_on_record(filled: Engine):
    import_forms(
        filled,
        ComparabilityBreakForm(
            indicator="solved", day=date(2025, 3, 1), kind=BreakKind.COVERAGE, withdrawn=True, reason="Ei ollut katko"
        ),
    )

    with reading(filled) as session:
        assert session.exec(select(func.count()).select_from(ComparabilityBreak)).one() == 2
        assert session.exec(select(ComparabilityBreak).where(was_current(ComparabilityBreak, None))).one().withdrawn


def holding(engine: Engine, kind: RoleKind, *codes: str) -> Actor:
    """Somebody with a role of that kind in those units."""
    with reading(engine) as session:
        units: dict[str, UUID] = {unit.code: unit.id for unit in session.exec(select(OrgUnit))}
        role = session.exec(select(Role)).one().id
    return Actor(
        code="aino",
        name="Aino",
        language=Language.FI,
        grants=(Grant(kind, role, frozenset(units[code] for code in codes)),),
    )


def queries(engine: Engine, ask: Callable[[Session], object], *, ok: bool = True) -> int:
    """How many statements a preview takes, be it refused or not."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        with reading(engine) as session:
            if ok:
                ask(session)
            else:
                with pytest.raises(InvalidWorkbook):
                    ask(session)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(asked)
