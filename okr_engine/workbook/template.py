"""The template: every sheet and column of the workbook, with its words in three languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from openpyxl.utils import get_column_letter

from okr_engine.model import (
    BreakKind,
    ComparabilityBreak,
    ComparabilityBreakForm,
    Direction,
    Goal,
    GoalForm,
    Indicator,
    IndicatorForm,
    IndicatorKind,
    KeyResult,
    KeyResultForm,
    KeyResultKind,
    Limit,
    LimitForm,
    Measurement,
    MeasurementForm,
    MeasureUnit,
    Narrative,
    NarrativeForm,
    NarrativeState,
    NoDataReason,
    OrgUnit,
    OrgUnitForm,
    Person,
    PersonForm,
    Polarity,
    Priority,
    PriorityForm,
    Role,
    RoleForm,
    RoleHolding,
    RoleHoldingForm,
    RoleKind,
    Strategy,
    StrategyForm,
    Target,
    TargetBasis,
    TargetForm,
)
from okr_engine.model.rows import Form, Recorded, Row
from okr_engine.periods import Cadence
from okr_engine.words import Language, Words

NO_HELP = Words()


class Kind(StrEnum):
    """How the cells of a column are typed; a figure may be a percentage of its indicator, a number may not."""

    CODE = "code"
    TEXT = "text"
    FIGURE = "figure"
    NUMBER = "number"
    WHOLE = "whole"
    DAY = "day"
    PERIOD = "period"
    YES_NO = "yes_no"
    CHOICE = "choice"


@dataclass(frozen=True)
class Column:
    """One column: the form's field, its heading, and what may stand in it.

    `required` cells must be filled. A column left out of a sheet leaves what is known of its field as it is, but an
    `essential` field is then empty. `refers` names the sheet whose codes are meant; `attribute` is the row's own name
    for the field.
    """

    field: str
    heading: Words
    kind: Kind = Kind.TEXT
    help: Words = NO_HELP
    required: bool = False
    essential: bool = False
    choices: type[StrEnum] | None = None
    refers: str | None = None
    attribute: str = ""

    @property
    def row_attribute(self) -> str:
        """What the stored row calls it."""
        return self.attribute or (f"{self.field}_id" if self.refers else self.field)


@dataclass(frozen=True)
class Sheet:
    """One sheet: the form of its rows, the row they become, and the fields that say which row is meant."""

    key: str
    heading: Words
    form: type[Form]
    row: type[Row]
    identity: tuple[str, ...]
    about: Words
    columns: tuple[Column, ...]

    @cached_property
    def by_field(self) -> Mapping[str, Column]:
        """The columns by field."""
        return {column.field: column for column in self.columns}

    @cached_property
    def letters(self) -> Mapping[str, str]:
        """Where the template has each field."""
        return {column.field: get_column_letter(number) for number, column in enumerate(self.columns, start=1)}

    @cached_property
    def identity_attributes(self) -> tuple[str, ...]:
        """What the stored row calls the fields of its identity."""
        return tuple(self.by_field[name].row_attribute for name in self.identity)

    @cached_property
    def is_recorded(self) -> bool:
        """Whether a change is a new row that supersedes the old one."""
        return issubclass(self.row, Recorded)


GUIDE = Words("Ohje", "Anvisning", "Guide")

_PERCENT_HELP = Words(
    "Luku, esimerkiksi 90,81. Prosenttimittarissa käy myös prosenttina muotoiltu solu.",
    "Ett tal, till exempel 90,81. För en procentmätare duger också en cell i procentformat.",
    "A number such as 90.81. For a percent indicator a cell formatted as percent will do.",
)
_REASON = Column(
    "reason",
    Words("Perustelu", "Motivering", "Reason"),
    help=Words(
        "Tarvitaan, kun aiemmin kirjattu tieto muuttuu.",
        "Behövs när en tidigare antecknad uppgift ändras.",
        "Needed where something recorded earlier changes.",
    ),
)
_CODE = Column(
    "code",
    Words("Tunnus", "Kod", "Code"),
    Kind.CODE,
    Words(
        "Lyhyt ja pysyvä, esimerkiksi A1.1. Samalla tunnuksella tuotu rivi päivittää aiemman.",
        "Kort och bestående, till exempel A1.1. En rad med samma kod uppdaterar den tidigare.",
        "Short and lasting, such as A1.1. A row with the same code updates the earlier one.",
    ),
    required=True,
)
_POSITION = Column(
    "position",
    Words("Järjestys", "Ordning", "Position"),
    Kind.WHOLE,
    Words("Kokonaisluku; pienin ensin.", "Ett heltal; minst först.", "A whole number; the smallest comes first."),
)
_STARTS = Column("starts", Words("Alkaa", "Börjar", "Starts"), Kind.DAY, required=True)
_VALID_FROM = Column("valid_from", Words("Voimassa alkaen", "Gäller från", "Valid from"), Kind.DAY, required=True)
_VALID_TO = Column(
    "valid_to",
    Words("Voimassa asti", "Gäller till", "Valid to"),
    Kind.DAY,
    Words("Tyhjä: toistaiseksi.", "Tom: tills vidare.", "Empty: until further notice."),
    essential=True,
)


def _names(*, required: bool = True) -> tuple[Column, ...]:
    explanation = (
        Words("Nimi vähintään yhdellä kielellä.", "Namn på minst ett språk.", "A name in at least one language.")
        if required
        else Words(
            "Tyhjä: mittarin nimi kelpaa sellaisenaan.",
            "Tomt: mätarens namn duger som det är.",
            "Empty: the indicator's name will do.",
        )
    )
    return (
        Column("name_fi", Words("Nimi suomeksi", "Namn på finska", "Name in Finnish"), help=explanation),
        Column("name_sv", Words("Nimi ruotsiksi", "Namn på svenska", "Name in Swedish"), help=explanation),
        Column("name_en", Words("Nimi englanniksi", "Namn på engelska", "Name in English"), help=explanation),
    )


def _reference(
    field: str, heading: Words, refers: str, *, required: bool = True, attribute: str = "", explanation: Words = NO_HELP
) -> Column:
    return Column(field, heading, Kind.CODE, explanation, required=required, refers=refers, attribute=attribute)


def _choice(
    field: str, heading: Words, choices: type[StrEnum], *, required: bool = False, explanation: Words = NO_HELP
) -> Column:
    return Column(field, heading, Kind.CHOICE, explanation, required=required, choices=choices)


def _figure(field: str, heading: Words, *, required: bool = False, essential: bool = False) -> Column:
    return Column(field, heading, Kind.FIGURE, _PERCENT_HELP, required=required, essential=essential)


SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "units",
        Words("Organisaatio", "Organisation", "Organisation"),
        OrgUnitForm,
        OrgUnit,
        ("code",),
        Words(
            "Yksiköt puuna: ylimmällä ei ole ylempää yksikköä.",
            "Enheterna som ett träd: den översta har ingen överordnad.",
            "The units as a tree: the topmost has no parent.",
        ),
        (
            _CODE,
            *_names(),
            _reference("parent", Words("Ylempi yksikkö", "Överordnad enhet", "Parent unit"), "units", required=False),
        ),
    ),
    Sheet(
        "people",
        Words("Henkilöt", "Personer", "People"),
        PersonForm,
        Person,
        ("code",),
        Words(
            "Ihmiset, jotka kirjautuvat ja joilla on rooleja.",
            "De som loggar in och har roller.",
            "Those who sign in and hold roles.",
        ),
        (
            _CODE,
            Column("name", Words("Nimi", "Namn", "Name"), required=True),
            Column("email", Words("Sähköposti", "E-post", "Email")),
            _choice("language", Words("Kieli", "Språk", "Language"), Language),
        ),
    ),
    Sheet(
        "roles",
        Words("Roolit", "Roller", "Roles"),
        RoleForm,
        Role,
        ("code",),
        Words(
            "Vastuut yksiköittäin; rooli ulottuu yksikköönsä ja kaikkeen sen alla.",
            "Ansvar per enhet; en roll gäller sin enhet och allt under den.",
            "Responsibilities by unit; a role reaches its unit and all below it.",
        ),
        (
            _CODE,
            *_names(),
            _choice("kind", Words("Roolin laji", "Typ av roll", "Kind of role"), RoleKind, required=True),
            _reference("unit", Words("Yksikkö", "Enhet", "Unit"), "units"),
        ),
    ),
    Sheet(
        "holdings",
        Words("Roolien haltijat", "Rollinnehavare", "Role holders"),
        RoleHoldingForm,
        RoleHolding,
        ("role", "person", "starts"),
        Words(
            "Kuka on roolissa mistä mihin; sijainen merkitään.",
            "Vem har rollen från och till; en ställföreträdare markeras.",
            "Who is in a role from when to when; a deputy is marked.",
        ),
        (
            _reference("role", Words("Rooli", "Roll", "Role"), "roles"),
            _reference("person", Words("Henkilö", "Person", "Person"), "people"),
            _STARTS,
            Column(
                "ends",
                Words("Päättyy", "Slutar", "Ends"),
                Kind.DAY,
                Words("Tyhjä: toistaiseksi.", "Tom: tills vidare.", "Empty: until further notice."),
            ),
            Column("deputy", Words("Sijainen", "Ställföreträdare", "Deputy"), Kind.YES_NO),
        ),
    ),
    Sheet(
        "strategies",
        Words("Strategiat", "Strategier", "Strategies"),
        StrategyForm,
        Strategy,
        ("code",),
        Words("Strategiat ja niiden kaudet.", "Strategierna och deras perioder.", "The strategies and their terms."),
        (
            _CODE,
            *_names(),
            _reference("unit", Words("Yksikkö", "Enhet", "Unit"), "units"),
            _STARTS,
            Column("ends", Words("Päättyy", "Slutar", "Ends"), Kind.DAY, required=True),
        ),
    ),
    Sheet(
        "priorities",
        Words("Painopisteet", "Tyngdpunkter", "Priorities"),
        PriorityForm,
        Priority,
        ("code",),
        Words(
            "Strategian painopisteet, jotka kokoavat tavoitteet.",
            "Strategins tyngdpunkter, som samlar målen.",
            "The strategy's priorities, which gather the goals.",
        ),
        (_CODE, *_names(), _reference("strategy", Words("Strategia", "Strategi", "Strategy"), "strategies"), _POSITION),
    ),
    Sheet(
        "goals",
        Words("Tavoitteet", "Mål", "Goals"),
        GoalForm,
        Goal,
        ("code",),
        Words(
            "Mitä painopiste tarkoittaa käytännössä ja kenen vastuulla se on.",
            "Vad en tyngdpunkt betyder i praktiken och vems ansvar det är.",
            "What a priority means in practice, and whose responsibility it is.",
        ),
        (
            _CODE,
            *_names(),
            _reference("priority", Words("Painopiste", "Tyngdpunkt", "Priority"), "priorities"),
            _reference("unit", Words("Yksikkö", "Enhet", "Unit"), "units"),
            _reference(
                "owner",
                Words("Omistajan rooli", "Ägarens roll", "Owner's role"),
                "roles",
                required=False,
                attribute="owner_role_id",
            ),
            _reference(
                "sponsor",
                Words("Johdon omistajan rooli", "Roll för ägaren i ledningen", "Sponsor's role"),
                "roles",
                required=False,
                attribute="sponsor_role_id",
            ),
            _POSITION,
        ),
    ),
    Sheet(
        "indicators",
        Words("Mittarit", "Mätare", "Indicators"),
        IndicatorForm,
        Indicator,
        ("code",),
        Words(
            "Mitä mitataan ja miten; sama mittari voi palvella montaa tavoitetta.",
            "Vad som mäts och hur; samma mätare kan tjäna flera mål.",
            "What is measured and how; one indicator may serve several goals.",
        ),
        (
            _CODE,
            *_names(),
            _choice("kind", Words("Mittarin laji", "Typ av mätare", "Kind of indicator"), IndicatorKind),
            _choice("unit", Words("Mittayksikkö", "Måttenhet", "Unit of measure"), MeasureUnit, required=True),
            Column(
                "decimals",
                Words("Desimaalit", "Decimaler", "Decimals"),
                Kind.WHOLE,
                Words("0–6", "0–6", "0–6"),
            ),
            _choice("better", Words("Parempi on", "Bättre är", "Better is"), Polarity),
            _choice("cadence", Words("Mittausväli", "Mätintervall", "Cadence"), Cadence),
            Column(
                "lag_days",
                Words("Viive päivinä", "Fördröjning i dagar", "Lag in days"),
                Kind.WHOLE,
                Words(
                    "Kuinka pian jakson jälkeen tulos on saatavilla.",
                    "Hur snart efter perioden resultatet finns.",
                    "How soon after the period the figure is there.",
                ),
            ),
            Column(
                "lowest",
                Words("Pienin mahdollinen", "Minsta möjliga", "Lowest possible"),
                Kind.FIGURE,
                Words(
                    "Tyhjä: prosentilla 0.",
                    "Tom: 0 för procent.",
                    "Empty: 0 for a percentage.",
                ),
            ),
            Column(
                "highest",
                Words("Suurin mahdollinen", "Största möjliga", "Highest possible"),
                Kind.FIGURE,
                Words(
                    "Tyhjä: prosentilla 100.",
                    "Tom: 100 för procent.",
                    "Empty: 100 for a percentage.",
                ),
            ),
            Column(
                "definition_version",
                Words("Määritelmän versio", "Definitionens version", "Version of definition"),
                Kind.WHOLE,
            ),
            Column("definition_fi", Words("Määritelmä suomeksi", "Definition på finska", "Definition in Finnish")),
            Column("definition_sv", Words("Määritelmä ruotsiksi", "Definition på svenska", "Definition in Swedish")),
            Column("definition_en", Words("Määritelmä englanniksi", "Definition på engelska", "Definition in English")),
            Column("public", Words("Julkinen", "Offentlig", "Public"), Kind.YES_NO),
            _reference(
                "steward",
                Words("Tietovastaavan rooli", "Dataansvarigs roll", "Data steward's role"),
                "roles",
                required=False,
                attribute="steward_role_id",
            ),
        ),
    ),
    Sheet(
        "key_results",
        Words("Avaintulokset", "Nyckelresultat", "Key results"),
        KeyResultForm,
        KeyResult,
        ("code",),
        Words(
            "Mihin tavoite sitoutuu; KPI-mittari on rivi ilman sitoumusta.",
            "Vad målet förbinder sig till; en KPI-mätare är en rad utan åtagande.",
            "What the goal commits to; a KPI is a row without a commitment.",
        ),
        (
            _CODE,
            *_names(required=False),
            _reference("goal", Words("Tavoite", "Mål", "Goal"), "goals"),
            _reference("indicator", Words("Mittari", "Mätare", "Indicator"), "indicators"),
            _reference(
                "unit",
                Words("Yksikkö", "Enhet", "Unit"),
                "units",
                required=False,
                explanation=Words("Tyhjä: tavoitteen yksikkö.", "Tom: målets enhet.", "Empty: the goal's unit."),
            ),
            _choice("kind", Words("Avaintuloksen laji", "Typ av nyckelresultat", "Kind of key result"), KeyResultKind),
            _choice("direction", Words("Suunta", "Riktning", "Direction"), Direction, required=True),
            _figure("baseline", Words("Lähtötilanne", "Utgångsläge", "Baseline")),
            _STARTS,
            Column("due", Words("Määräpäivä", "Förfallodag", "Due"), Kind.DAY, required=True),
            Column(
                "weight",
                Words("Painoarvo", "Vikt", "Weight"),
                Kind.NUMBER,
                Words("Suurempi kuin 0; tavallisesti 1.", "Större än 0; vanligen 1.", "Above 0; usually 1."),
            ),
            _POSITION,
        ),
    ),
    Sheet(
        "targets",
        Words("Tavoitetasot", "Målnivåer", "Targets"),
        TargetForm,
        Target,
        ("key_result", "valid_from"),
        Words(
            "Mihin avaintuloksen on päästävä: yksi arvo tai väli.",
            "Vad nyckelresultatet ska nå: ett värde eller ett intervall.",
            "What a key result is to reach: one value or a range.",
        ),
        (
            _reference("key_result", Words("Avaintulos", "Nyckelresultat", "Key result"), "key_results"),
            _VALID_FROM,
            _VALID_TO,
            _figure("value", Words("Arvo", "Värde", "Value"), essential=True),
            _figure("low", Words("Välin alaraja", "Intervallets nedre gräns", "Low end of range"), essential=True),
            _figure("high", Words("Välin yläraja", "Intervallets övre gräns", "High end of range"), essential=True),
            _choice("basis", Words("Peruste", "Grund", "Basis"), TargetBasis),
            _REASON,
        ),
    ),
    Sheet(
        "limits",
        Words("Lakisääteiset määräajat", "Lagstadgade tidsfrister", "Statutory limits"),
        LimitForm,
        Limit,
        ("indicator", "valid_from"),
        Words(
            "Mitä laki vaatii mittarilta ja mistä alkaen.",
            "Vad lagen kräver av mätaren och från när.",
            "What the law requires of an indicator, and since when.",
        ),
        (
            _reference("indicator", Words("Mittari", "Mätare", "Indicator"), "indicators"),
            _VALID_FROM,
            _VALID_TO,
            _figure("value", Words("Arvo", "Värde", "Value"), required=True),
            Column("section_of_law", Words("Lainkohta", "Lagrum", "Section of law")),
            _REASON,
        ),
    ),
    Sheet(
        "measurements",
        Words("Mittaustulokset", "Mätresultat", "Measurements"),
        MeasurementForm,
        Measurement,
        ("indicator", "unit", "period"),
        Words(
            "Luvut mittarin, yksikön ja jakson mukaan; puuttuvalla luvulla on syy.",
            "Siffrorna per mätare, enhet och period; en siffra som saknas har en orsak.",
            "Figures by indicator, unit and period; a missing figure has its reason.",
        ),
        (
            _reference("indicator", Words("Mittari", "Mätare", "Indicator"), "indicators"),
            _reference("unit", Words("Yksikkö", "Enhet", "Unit"), "units"),
            Column(
                "period",
                Words("Jakso", "Period", "Period"),
                Kind.PERIOD,
                Words(
                    "2025-Q2, Q2/2025, 2025-06, 2025-H1 tai 2025; 2/2025 luetaan mittarin mittausvälin mukaan.",
                    "2025-Q2, Q2/2025, 2025-06, 2025-H1 eller 2025; 2/2025 läses enligt mätarens mätintervall.",
                    "2025-Q2, Q2/2025, 2025-06, 2025-H1 or 2025; 2/2025 is read in the indicator's cadence.",
                ),
                required=True,
            ),
            _figure("value", Words("Arvo", "Värde", "Value"), essential=True),
            Column(
                "no_data_reason",
                Words("Miksi arvo puuttuu", "Varför värdet saknas", "Why there is no value"),
                Kind.CHOICE,
                essential=True,
                choices=NoDataReason,
            ),
            Column("numerator", Words("Osoittaja", "Täljare", "Numerator"), Kind.NUMBER),
            Column("denominator", Words("Nimittäjä", "Nämnare", "Denominator"), Kind.NUMBER),
            Column("responses", Words("Vastaukset", "Svar", "Responses"), Kind.WHOLE),
            Column("sample", Words("Otos", "Urval", "Sample"), Kind.WHOLE),
            Column("population", Words("Kohderyhmän koko", "Målgruppens storlek", "Size of target group"), Kind.WHOLE),
            _figure(
                "interval_low", Words("Luottamusvälin alaraja", "Konfidensintervallets nedre gräns", "Interval low")
            ),
            _figure(
                "interval_high", Words("Luottamusvälin yläraja", "Konfidensintervallets övre gräns", "Interval high")
            ),
            Column("provisional", Words("Ennakkotieto", "Preliminär", "Provisional"), Kind.YES_NO),
            Column("comment", Words("Huomautus", "Anmärkning", "Comment")),
            _REASON,
        ),
    ),
    Sheet(
        "breaks",
        Words("Vertailukelpoisuus", "Jämförbarhet", "Comparability"),
        ComparabilityBreakForm,
        ComparabilityBreak,
        ("indicator", "day"),
        Words(
            "Päivät, joista alkaen mittarin lukuja ei voi verrata aiempiin.",
            "Dagar från vilka mätarens siffror inte kan jämföras med tidigare.",
            "Days from which an indicator's figures cannot be compared with earlier ones.",
        ),
        (
            _reference("indicator", Words("Mittari", "Mätare", "Indicator"), "indicators"),
            Column("day", Words("Alkaen", "Från", "From"), Kind.DAY, required=True),
            _choice("kind", Words("Katkon laji", "Typ av avbrott", "Kind of break"), BreakKind, required=True),
            Column("text_fi", Words("Selite suomeksi", "Förklaring på finska", "Explanation in Finnish")),
            Column("text_sv", Words("Selite ruotsiksi", "Förklaring på svenska", "Explanation in Swedish")),
            Column("text_en", Words("Selite englanniksi", "Förklaring på engelska", "Explanation in English")),
            Column("withdrawn", Words("Peruttu", "Återkallad", "Withdrawn"), Kind.YES_NO),
            _REASON,
        ),
    ),
    Sheet(
        "narratives",
        Words("Kuvaukset", "Beskrivningar", "Narratives"),
        NarrativeForm,
        Narrative,
        ("goal", "period", "language"),
        Words(
            "Omistajan sanat tavoitteesta vuosineljänneksittäin, kukin kieli omalla rivillään.",
            "Ägarens ord om målet per kvartal, varje språk på sin egen rad.",
            "The owner's words on a goal by quarter, each language on a row of its own.",
        ),
        (
            _reference("goal", Words("Tavoite", "Mål", "Goal"), "goals"),
            Column(
                "period",
                Words("Jakso", "Period", "Period"),
                Kind.PERIOD,
                Words(
                    "Vuosineljännes: 2025-Q2 tai Q2/2025.",
                    "Kvartal: 2025-Q2 eller Q2/2025.",
                    "A quarter: 2025-Q2 or Q2/2025.",
                ),
                required=True,
            ),
            _choice("language", Words("Kieli", "Språk", "Language"), Language, required=True),
            _choice("state", Words("Tila", "Status", "State"), NarrativeState),
            Column("summary", Words("Tiivistelmä", "Sammanfattning", "Summary")),
            Column("what_happened", Words("Mitä tapahtui", "Vad hände", "What happened")),
            Column("why", Words("Miksi", "Varför", "Why")),
            Column("what_we_do", Words("Mitä teemme", "Vad vi gör", "What we do")),
            Column("what_we_need", Words("Mitä tarvitsemme", "Vad vi behöver", "What we need")),
            _REASON,
        ),
    ),
)

_BY_KEY = {sheet.key: sheet for sheet in SHEETS}
_BY_FORM = {sheet.form: sheet for sheet in SHEETS}


def sheet_named(key: str) -> Sheet:
    """The sheet with that key."""
    return _BY_KEY[key]


def sheet_of(form: type[Form]) -> Sheet:
    """The sheet that holds a form's rows."""
    return _BY_FORM[form]
