"""How the pages look: one style sheet, allowed by its hash, and one picture."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict, dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours. `ink`, `quiet`, `link` and `alert` are read on `paper` and on `soft`; `paper` is read on `link`."""

    ink: str
    quiet: str
    link: str
    alert: str
    paper: str
    soft: str
    line: str

    def __str__(self) -> str:
        return ";".join(f"--{name}:{value}" for name, value in asdict(self).items())


LIGHT = Palette(
    ink="#1d2b3a", quiet="#4a5766", link="#0b57a4", alert="#8a3b00", paper="#ffffff", soft="#f2f5f8", line="#7a8794"
)
DARK = Palette(
    ink="#e7ecf2", quiet="#b4bfcb", link="#8cbcff", alert="#f3b569", paper="#12171d", soft="#1c242d", line="#7a8794"
)

STYLE = f"""
:root{{color-scheme:light dark;{LIGHT}}}
@media (prefers-color-scheme:dark){{:root{{{DARK}}}}}
*{{box-sizing:border-box}}
body{{margin:0 auto;max-width:46rem;padding:0 1rem 2rem;background:var(--paper);color:var(--ink);
font:1.0625rem/1.6 system-ui,sans-serif;overflow-wrap:anywhere}}
a{{color:var(--link)}}
a:focus-visible,[tabindex]:focus-visible{{outline:3px solid var(--link);outline-offset:2px}}
header,footer{{padding:.75rem 0}}
header{{border-bottom:1px solid var(--line)}}
footer{{border-top:1px solid var(--line);margin-top:2.5rem;color:var(--quiet)}}
nav ul{{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:0;padding:0}}
nav a{{display:inline-block;padding:.35rem 0}}
h1{{font-size:1.9rem;line-height:1.2;margin:1.5rem 0 .75rem}}
h2{{font-size:1.35rem;line-height:1.3;margin:2rem 0 .5rem}}
h3{{font-size:1.1rem;margin:1.25rem 0 .25rem}}
ul,ol{{padding-left:1.4rem}}
li{{margin:.25rem 0}}
blockquote{{margin:1rem 0;padding:.5rem 1rem;border-left:4px solid var(--link);background:var(--soft)}}
.answer{{background:var(--soft);border:1px solid var(--line);border-radius:.5rem;padding:.25rem 1rem}}
.ways{{display:flex;flex-wrap:wrap;gap:.75rem;list-style:none;padding:0}}
.button{{display:inline-block;background:var(--link);color:var(--paper);padding:.6rem 1.1rem;border-radius:.4rem;
font-weight:600;text-decoration:none}}
.quiet{{color:var(--quiet)}}
.alert{{color:var(--alert);font-weight:600}}
.wide{{overflow-x:auto}}
table{{border-collapse:collapse;width:100%}}
caption{{text-align:left;color:var(--quiet)}}
th,td{{border:1px solid var(--line);padding:.4rem .6rem;text-align:left;vertical-align:top}}
code{{font-size:.95em;background:var(--soft);padding:.1rem .3rem;border-radius:.2rem}}
""".replace("\n", "")

STYLE_HASH = f"sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}"
"""By which a Content-Security-Policy allows the style sheet, and no other."""

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1d2b3a"/>'
    '<path d="M8 8h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-8l-6 5v-5H8a2 2 0 0 1-2-2v-9a2 2 0 0 1 2-2z" fill="#8cbcff"/>'
    "</svg>"
)
