"""A role with the people who hold it today; a role without anybody is a vacancy, and said to be one."""

from collections.abc import Sequence

from app_pages.components.here import language, t
from app_pages.components.plain import plain
from okr_engine.i18n import spoken
from okr_engine.words import Words


def role_with_people(role: Words, people: Sequence[tuple[str, bool]]) -> str:
    """The role's name as Markdown with its holders, deputies marked."""
    if not role:
        return f":orange[{t('noun.vacancy')}]"
    name = spoken(role, language())
    if not people:
        return vacant(plain(name))
    held = ", ".join(_person(person, is_deputy) for person, is_deputy in people if person != name)
    return f"{plain(name)} ({held})" if held else plain(name)


def vacant(role: str) -> str:
    """A role that nobody holds, as Markdown."""
    return f"{role} (:orange[{t('noun.vacancy').lower()}])"


def _person(name: str, is_deputy: bool) -> str:
    return t("holders.deputy", name=plain(name)) if is_deputy else plain(name)
