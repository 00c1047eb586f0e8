"""Every setting of every source can be drawn in a form, in every language."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from connectors.registry import own_names, own_source
from okr_engine.i18n import say
from okr_engine.words import Language


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def titles_of(model: type[BaseModel]) -> Iterator[str | None]:
    for field in model.model_fields.values():
        yield field.title
        for inner in models_in(field.annotation):
            yield from titles_of(inner)


@pytest.mark.parametrize("name", own_names())
@pytest.mark.parametrize("language", Language)
def test_every_setting_has_its_title(name: str, language: Language) -> None:
    titles = list(titles_of(own_source(name).Settings))

    assert None not in titles
    assert [title for title in titles if say(language, str(title)).startswith("«")] == []


@pytest.mark.parametrize("name", own_names())
def test_settings_never_repeat_what_was_typed_when_they_refuse_it(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        own_source(name).Settings.model_validate({"source_system": "!", "token": "hunter2-hunter2"})

    assert "hunter2" not in str(refused.value)
