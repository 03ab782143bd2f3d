"""Pages of the desk's web site, printed from the HTML in `maild/pages/`: ours alone, nothing of it is overridden.

Every value is escaped where it is shown; what a page names and was not given is an error.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

_FOLDER = files("maild") / "pages"


def print_page(name: str, values: Mapping[str, object]) -> str:
    """Print the page of a name, like `message`, with its values."""
    return _environment().get_template(f"{name}.html").render(values)


def page_file(name: str) -> str:
    """Give what goes along with the pages as it lies there, like `style.css`."""
    return (_FOLDER / name).read_text(encoding="utf-8")


def trusted_markup(html: str) -> Markup:
    """Say that HTML of ours, in which all that is not ours was escaped, may stand in a page as it is."""
    return Markup(html)  # noqa: S704 - what its caller vouches for


@cache
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(page_file),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
