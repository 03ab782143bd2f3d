"""A report as one HTML file that loads nothing: for a browser, by day and by night, for eyes and for screen readers."""

import base64
from collections.abc import Mapping, Sequence
from hashlib import sha256
from html import escape

from maild.reporting.charts import Look
from maild.reporting.periods import Period
from maild.reporting.rendering import Pictures, as_html
from maild.reporting.tables import Part

STYLE = """
:root { color-scheme: light dark; --ink: #1f2933; --ground: #fff; --line: #d5dae0; --soft: #f4f6f8; --quiet: #52606d }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ed; --ground: #14181d; --line: #3a424c; --soft: #1c222a; --quiet: #a8b3bf }
}
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif }
h1 { margin: 0; font-size: 1.5rem } h2 { margin: 2.5rem 0 .5rem; font-size: 1.2rem }
p { margin: .25rem 0; color: var(--quiet) }
figure { margin: 1rem 0 } img { display: block; max-width: 100%; height: auto }
figcaption { color: var(--quiet) }
.wide { margin: 1rem 0 1.5rem; overflow-x: auto }
table { border-collapse: collapse; min-width: 100% }
caption { padding-bottom: .25rem; font-weight: 600; text-align: left }
th, td { padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top }
thead th { border-bottom-width: 2px; white-space: nowrap } tbody th { font-weight: normal }
tbody tr:nth-child(even) { background: var(--soft) }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
"""
_HASH = base64.b64encode(sha256(STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; img-src data:; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"


def inlined(drawn: Mapping[tuple[str, Look], bytes]) -> Pictures:
    """Give SVG pictures, drawn in both looks, as addresses that hold them."""
    address = {key: f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}" for key, svg in drawn.items()}
    return {key: (address[key, Look.LIGHT], address[key, Look.DARK]) for key, look in drawn if look is Look.LIGHT}


def page(title: str, parts: Sequence[Part], period: Period, pictures: Pictures) -> str:
    """Write a whole page."""
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="robots" content="noindex">',
            f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>",
            f"<header><h1>{escape(title)}</h1><p>{escape(period.told())}</p></header><main>",
            as_html(parts, period, pictures),
            "</main></body></html>\n",
        )
    )
