"""The configuration that maild ships: what `maild init` copies."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def shipped_files() -> Mapping[str, str]:
    """Give each shipped file's text by its path: `rules/10-people.yaml`."""
    packed = files("maild") / "shipped"
    # In a checkout the files lie beside the package; in a wheel, inside it.
    root = packed if packed.is_dir() else Path(__file__).parents[2] / "config"
    return dict(_texts(root, ""))


def _texts(folder: Traversable, within: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _texts(entry, f"{within}{entry.name}/")
        else:
            yield f"{within}{entry.name}", entry.read_text(encoding="utf-8")
