"""The screens' entry: signs in, chooses the language, lays out the navigation."""

from pathlib import Path
from typing import Literal

import streamlit as st

from app_pages.components.address import keep_address
from app_pages.components.here import current_user, installation, one_run, quarter, strategy, t
from app_pages.components.notices import no_role_yet, show_error
from app_pages.components.top_row import sign_out, top_row
from app_pages.sign_in import sign_in
from okr_engine.access import Actor, Permission, may_somewhere
from okr_engine.errors import NotAllowed
from okr_engine.services.oversight import OVERSEES

FOLDER = Path(__file__).parent

st.set_page_config(page_icon=str(FOLDER / "static" / "icon.svg"), layout="wide")


def known_user() -> Actor | None:
    """Whoever is looking; somebody whom this installation does not know is told whom to ask."""
    try:
        return current_user()
    except NotAllowed as unknown:
        st.title(t("sign_in.unknown_title"), anchor=False)
        show_error(unknown)
        sign_out()
        st.stop()


def looked_at() -> dict[str, str]:
    """The strategy and the quarter that are shown, as they stand in the address."""
    here = {"strategy": strategy(), "period": quarter()}
    return {name: one.code for name, one in here.items() if one}


def shown_to(*permissions: Permission) -> Literal["visible", "hidden"]:
    """Whether the navigation shows a page that is for those with one of the permissions somewhere."""
    return "visible" if actor and any(may_somewhere(actor, one) for one in permissions) else "hidden"


with one_run():
    actor = known_user()
    if actor:
        st.session_state.setdefault("person_language", actor.language.value)

    page = st.navigation(
        [
            st.Page(FOLDER / "overview.py", title=t("noun.overview"), default=True),
            st.Page(FOLDER / "goal.py", title=t("main.goals")),
            st.Page(FOLDER / "indicator.py", title=t("main.indicators")),
            st.Page(FOLDER / "actions.py", title=t("main.actions")),
            st.Page(FOLDER / "action.py", title=t("noun.corrective_action"), visibility="hidden"),
            st.Page(FOLDER / "my_work.py", title=t("main.my_work")),
            st.Page(FOLDER / "oversight.py", title=t("main.oversight"), visibility=shown_to(*OVERSEES)),
            st.Page(FOLDER / "data_desk.py", title=t("main.data_desk"), visibility=shown_to(Permission.ENTER_VALUE)),
            st.Page(FOLDER / "rules.py", title=t("main.rules")),
            st.Page(FOLDER / "data.py", title=t("main.data")),
            st.Page(FOLDER / "sources.py", title=t("main.sources"), visibility=shown_to(Permission.MANAGE_SOURCES)),
            st.Page(
                FOLDER / "integrations.py",
                title=t("main.integrations"),
                visibility=shown_to(Permission.MANAGE_SOURCES),
            ),
            st.Page(FOLDER / "upload.py", title=t("main.upload"), visibility="hidden"),
        ],
        position="top" if actor and actor.grants else "hidden",
    )
    is_demo = installation().settings.offers_demo_accounts
    params = looked_at() if actor else {}
    st.session_state.update(params)
    with st.container(gap="xsmall"):
        if is_demo:
            st.markdown(f":blue-badge[{t('main.demo')}] {t('main.demo_banner')}")
        top_row(actor)
        keep_address(page.url_path, params, remember_language=is_demo or "language" in st.session_state)
    if not actor:
        sign_in()
    elif actor.grants:
        page.run()
    else:
        no_role_yet()
