"""The indicator's screen: from a goal's figure to what lies behind it."""

from tests.pages.conftest import Visit, sections, spaced, words

OWNER = "owner-first-line@county.example"


def test_the_list_leads_to_each_indicator(visit: Visit) -> None:
    app = visit(OWNER, page="indicator.py")

    assert app.title[0].value == "Mittarit"
    [table] = sections(app)
    links = [row["cells"][0][0] for row in table["rows"]]
    assert {"code": "first-contact-on-time", "unit": "county.first-line"} in [link["params"] for link in links]


def test_an_imported_figure_says_from_which_file_it_came(visit: Visit) -> None:
    app = visit(OWNER, page="indicator.py", code="first-contact-on-time", at="2025-Q1")

    assert app.title[0].value == "Ensikontakti luvatussa ajassa"
    assert app.metric[0].value.replace("\N{NO-BREAK SPACE}", " ") == "90,81 %"
    assert any("county.xlsx" in spaced(one.value) for one in app.markdown)


def test_the_series_marks_the_figure_that_is_told(visit: Visit) -> None:
    app = visit(OWNER, page="indicator.py", code="first-contact-on-time", at="2025-Q1")

    [series] = [one for one in sections(app) if one["caption"] == "Mittaustulokset ajassa"]
    assert [words(row["cells"][0][0]) for row in series["rows"] if row["chosen"]] == ["Q1/2025"]


def test_an_indicator_there_is_not_is_said_with_those_there_are(visit: Visit) -> None:
    app = visit(OWNER, page="indicator.py", code="no-such")

    assert "no\\-such" in app.error[0].value
    assert sections(app)


def test_a_period_that_cannot_be_read_shows_the_newest_figure(visit: Visit) -> None:
    app = visit(OWNER, page="indicator.py", code="nps", at="nonsense")

    assert app.metric[0].value.replace("\N{NO-BREAK SPACE}", " ") == "85,5"


def test_the_page_speaks_each_language(visit: Visit) -> None:
    for language, title in (("sv", "Mätare"), ("en", "Indicators")):
        assert visit(OWNER, page="indicator.py", language=language).title[0].value == title
