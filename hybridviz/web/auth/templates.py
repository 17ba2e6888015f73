"""Templates written for Tornado, by Jinja: few tags differ. What has no like is refused by name.

Text and expressions stay as they are; expressions must be such that Jinja can read them too.
"""

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateSyntaxError
from jinja2.ext import Extension

TAG = re.compile(r"\{#.*?#\}|\{%-?\s*(\w+)\s*(.*?)\s*-?%\}", re.DOTALL)
OPENING = frozenset(("if", "for", "block"))
CLOSING = frozenset(f"end{tag}" for tag in OPENING)
SAME = frozenset(("elif", "else", "set", "include", "extends"))
MODULES = frozenset(("xsrf_form_html()",))


class TornadoTags(Extension):
    """Rewrites a template's tags before Jinja reads them."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the template in Jinja's language.

        Raises:
            TemplateSyntaxError: it has a tag that is not supported.
        """
        opened: list[str] = []

        def rewrite(match: re.Match[str]) -> str:
            tag, rest = match[1], match[2]
            if tag is None or tag in SAME:
                return match[0]
            if tag in OPENING:
                opened.append(tag)
                return match[0]
            if opened and (tag == "end" or tag in CLOSING):
                return f"{{% end{opened.pop()} %}}"
            if tag == "comment":
                return ""
            if tag == "raw" or (tag == "module" and rest in MODULES):
                return f"{{{{ ({rest}) | safe }}}}"
            line = source.count("\n", 0, match.start()) + 1
            raise TemplateSyntaxError(f"{match[0]} is not supported", line, name, filename)

        return TAG.sub(rewrite, source)


def environment(folder: Path) -> Environment:
    """Return what loads templates from a folder."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=[TornadoTags],
        finalize=_readable,
    )
    made.tests["None"] = made.tests["none"]
    made.globals.update(len=len, str=str, sorted=sorted, enumerate=enumerate)
    return made


def _readable(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value
