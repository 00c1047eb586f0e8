"""Pictures of charts: whole, in the reader's language, and with nothing fetched from elsewhere."""

import struct
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml import ElementTree

from okr_engine.errors import InvalidInput
from okr_engine.reports.canvas import Canvas
from okr_engine.reports.control_chart import control_picture
from okr_engine.reports.figure_pictures import figure_picture, picture_name
from okr_engine.reports.pictures import PNG_SCALE, PictureKind
from okr_engine.services.figure_series import FigureSeries
from okr_engine.statistics.xmr import Observation, xmr_chart
from okr_engine.statistics.xmr_icons import Improvement
from okr_engine.words import Language
from tests.reports.series import FIRST, STEADY, break_on, control_chart_of, month, monthly, target

NOON = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
SERIES = monthly([*STEADY, 99], targets=(target(90),), breaks=(break_on(FIRST.shifted(1).start),), baseline=Decimal(79))


def drawn(series: FigureSeries, kind: PictureKind, language: Language = Language.FI) -> bytes:
    return figure_picture(series, control_chart_of(series), Canvas(language), kind, known_at=NOON)


def svg_of(series: FigureSeries, language: Language = Language.FI) -> Element:
    root: Element = ElementTree.fromstring(drawn(series, PictureKind.SVG, language))
    return root


def words_in(svg: Element) -> str:
    return " ".join(one.strip() for one in svg.itertext() if one.strip()).replace("\N{NO-BREAK SPACE}", " ")


def test_an_svg_says_in_finnish_what_it_shows_where_it_comes_from_and_as_known_when() -> None:
    said = words_in(svg_of(SERIES))

    assert "A1.1 Ensikontakti luvatussa ajassa" in said
    assert "Tavoitetaso 90,0 %" in said
    assert "Lähtötilanne 79,0 %" in said
    assert "Mittarin määritelmä muuttui 1.2.2024. Uusi laskutapa" in said
    assert "Kolmio ylös tai alas" in said
    assert "Lähde: county.xlsx. Luvut näkyvät sellaisina kuin ne oli kirjattu 26.11.2026 klo 12.00 mennessä." in said


def test_a_picture_is_told_in_the_readers_language() -> None:
    assert "Första kontakten i tid" in words_in(svg_of(SERIES, Language.SV))
    assert "First contact in time" in words_in(svg_of(SERIES, Language.EN))


def test_an_svg_refers_to_nothing_outside_of_itself() -> None:
    assert list(references(svg_of(SERIES))) == []
    assert b"<image" not in drawn(SERIES, PictureKind.SVG)
    assert b"url(http" not in drawn(SERIES, PictureKind.SVG)


def references(svg: Element) -> Iterator[str]:
    for one in svg.iter():
        yield from (value for name, value in one.items() if name.endswith(("href", "src")))


def test_a_png_has_twice_the_pixels_of_the_svg() -> None:
    svg = svg_of(SERIES)

    png = drawn(SERIES, PictureKind.PNG)

    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    assert width == pytest.approx(PNG_SCALE * float(svg.attrib["width"]), abs=PNG_SCALE)
    assert height == pytest.approx(PNG_SCALE * float(svg.attrib["height"]), abs=PNG_SCALE)


def test_whoever_typed_a_figure_is_not_named_outside_of_the_house() -> None:
    typed = replace(SERIES, figures=tuple(replace(one, source="screen:some.body") for one in SERIES.figures))

    said = words_in(svg_of(typed))

    assert "käsin syötetyt luvut" in said
    assert "some.body" not in said


def test_a_picture_is_named_by_code_and_periods() -> None:
    assert picture_name(SERIES, PictureKind.PNG) == "A1.1_2024-01_2025-02.png"
    assert picture_name(replace(SERIES, figures=(month(0, 80),)), PictureKind.SVG) == "A1.1_2024-01.svg"


def control(values: list[Any], **more: Any) -> bytes:
    days = [FIRST.shifted(number).start for number in range(len(values))]
    chart = xmr_chart(map(Observation, days, values), improvement=Improvement.INCREASE, **more)
    return control_picture(chart, Canvas(Language.FI), PictureKind.SVG, name="series.csv", at=NOON)


def test_a_control_chart_shows_limits_target_and_where_new_limits_begin() -> None:
    drawn_chart = control([*STEADY, *STEADY], target=90, rebase_on=[FIRST.shifted(13).start])

    said = words_in(ElementTree.fromstring(drawn_chart))

    assert "series.csv" in said
    assert "Tavoitetaso 90" in said
    assert "vaihtelun raja" in said
    assert "uudet rajat 1.2.2025 alkaen" in said


@pytest.mark.parametrize("values", [[5], [5, None], [1e-9, 2e-9], [1e12, -1e12], [3] * 20], ids=str)
def test_a_control_chart_of_hardly_anything_is_still_a_picture(values: list[Any]) -> None:
    assert b"NaN" not in control(values)


def test_a_series_without_a_value_cannot_be_drawn() -> None:
    with pytest.raises(InvalidInput) as refusal:
        control([None, None])

    assert refusal.value.what.key == "error.nothing_to_draw"
