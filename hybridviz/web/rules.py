"""URL rules whose functions for making URLs are made when the first URL is.

Werkzeug makes two functions for each rule, by compiling code: 0.3 ms and 10 kB for each of the
hundred rules of a server, which makes URLs of a few of them.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from werkzeug.routing import Rule


class LaterRule(Rule):
    """A rule of an application that is nothing but this server."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        """Return a function that makes the one of Werkzeug and calls it.

        Private to Werkzeug: in a version without it rules are as ever.
        """
        builder = cache(partial(super()._compile_builder, append_unknown))

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            return builder()(rule, **values)

        return build
