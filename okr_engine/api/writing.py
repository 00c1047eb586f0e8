"""What programs write: figures and the owner's words, over a revision that they have read."""

import hashlib
import re
from typing import Annotated

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, ConfigDict, Field

from okr_engine.api.answers import EnteredAnswer, SavedNarrative
from okr_engine.api.bearers import Place, Writer
from okr_engine.api.problems import Problem, Refused
from okr_engine.model import NarrativeState, NoDataReason
from okr_engine.model.columns import Code, Figure, Line, Prose
from okr_engine.services.measurements import Entry
from okr_engine.services.narratives import save_narrative
from okr_engine.services.told_figures import FigureToEnter, enter_once
from okr_engine.services.typed_times import typed_quarter
from okr_engine.words import Language, message

routes = APIRouter(tags=["Writing"])

Revision = Annotated[
    str | None, Header(alias="If-Match", description="The revision that was read, in quotes.", examples=['"1"'])
]
Nothing = Annotated[
    str | None, Header(alias="If-None-Match", description="`*` where there is nothing yet.", examples=["*"])
]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,200}$",
        description="The same for every repetition of a request; its answer is kept for a day.",
        examples=["5b0c1d9e-2025-Q2"],
    ),
]


class FigureSent(BaseModel):
    """A figure of a key result in a quarter, or why there is none; a restated one has its reason."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "key_result": "A1.1",
                "period": "2025-Q2",
                "value": "71.40",
                "reason": "Kahden toimipisteen puhelut puuttuivat",
            }
        },
    )
    key_result: Code
    period: Annotated[str, Field(max_length=20)]
    value: Figure | None = None
    no_data_reason: NoDataReason | None = None
    reason: Line | None = None
    comment: Prose | None = None
    provisional: bool = False


class NarrativeSent(BaseModel):
    """The owner's words on a goal in a quarter, in one language."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "goal": "A1",
                "period": "2025-Q2",
                "language": "fi",
                "state": "draft",
                "summary": "Takaisinsoitto otetaan käyttöön syyskuussa.",
            }
        },
    )
    goal: Code
    period: Annotated[str, Field(max_length=20)]
    language: Language
    state: NarrativeState = NarrativeState.DRAFT
    summary: Prose = ""
    what_happened: Prose = ""
    why: Prose = ""
    what_we_do: Prose = ""
    what_we_need: Prose = ""


@routes.put("/measurements", response_model=EnteredAnswer)
def enter_measurement(
    place: Place,
    bearer: Writer,
    sent: FigureSent,
    if_match: Revision = None,
    if_none_match: Nothing = None,
    key: Key = None,
) -> Response:
    """Enter a key result's figure for a quarter, and decide its statuses again; the same again changes nothing."""
    wanted = FigureToEnter(
        key_result=sent.key_result,
        quarter=typed_quarter(sent.period),
        entry=Entry(sent.value, sent.no_data_reason, sent.reason, sent.comment, sent.provisional),
        based_on=based_on(if_match, if_none_match),
    )
    entered = place.act(
        bearer.actor,
        enter_once,
        wanted,
        token_id=bearer.token_id,
        key=key,
        fingerprint=hashlib.sha256(repr(wanted).encode("utf-8", "backslashreplace")).hexdigest(),
        rulebooks=place.rulebooks,
    )
    return kept(EnteredAnswer.model_validate(entered), entered.figure.revision)


@routes.put("/narratives", response_model=SavedNarrative)
def write_narrative(
    place: Place, bearer: Writer, sent: NarrativeSent, if_match: Revision = None, if_none_match: Nothing = None
) -> Response:
    """Save a version of the owner's words; the same words again change nothing."""
    told = sent.model_dump(exclude={"goal", "period", "language", "state"})
    revision = place.act(
        bearer.actor,
        save_narrative,
        sent.goal,
        typed_quarter(sent.period),
        sent.language,
        told,
        state=sent.state,
        based_on=based_on(if_match, if_none_match),
    )
    return kept(SavedNarrative(revision=revision), revision)


def kept(body: BaseModel, revision: int) -> Response:
    """The body with the revision that is now to be written over, as its ETag."""
    return Response(body.model_dump_json(), media_type="application/json", headers={"ETag": f'"{revision}"'})


def based_on(if_match: str | None, if_none_match: str | None) -> int:
    """The revision that was read, 0 for none yet; refused where neither header says so."""
    if if_match is None and if_none_match == "*":
        return 0
    found = re.fullmatch(r'(?:W/)?"(\d{1,9})"', if_match or "", re.ASCII)
    if found is None or if_none_match is not None:
        raise Refused(
            Problem.REVISION_MISSING, message("api.revision_missing"), remedy=message("api.revision_missing_remedy")
        )
    return int(found[1])
