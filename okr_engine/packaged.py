"""Where the program's own files lie, in a checkout and in an installed wheel alike."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def rules_folder() -> Path:
    """The rules that come with the program: in the package when installed, beside it in a checkout."""
    installed = _PACKAGE / "rules"
    return installed if installed.is_dir() else _PACKAGE.parent / "rules"


def rules_file(name: str, folder: Path | None) -> Path:
    """The file of that name in `folder`, or the one that comes with the program where the folder has none."""
    own = folder / name if folder else None
    return own if own and own.is_file() else rules_folder() / name


def demo_folder() -> Path:
    """The demo's workbooks."""
    return _PACKAGE / "demo"


def app_file() -> Path:
    """The ASGI app's file, `streamlit_app.py`; it lies beside the package either way."""
    return _PACKAGE.parent / "streamlit_app.py"


def theme_file() -> Path:
    """The file with the look of the screens, for Streamlit's `theme.base`."""
    installed = _PACKAGE.parent / "app_pages" / "config.toml"
    return installed if installed.is_file() else _PACKAGE.parent / ".streamlit" / "config.toml"
