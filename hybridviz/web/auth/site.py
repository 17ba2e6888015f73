"""What all exchanges of a server share."""

from dataclasses import dataclass, field

from jinja2 import Environment

from hybridviz.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Site:
    """What all exchanges share.

    Attributes:
        templates: where `Exchange.render` finds them.
        cookie_secret: signs cookies; empty if there is none.
        redirect_hosts: where `Exchange.redirect` may lead besides this server.
    """

    templates: Environment
    cookie_secret: str = field(default="", repr=False)
    redirect_hosts: tuple[str, ...] = ()


def check_secret(secret: str) -> None:
    """Check whether cookies can be signed.

    Raises:
        ConfigError: they cannot.
    """
    if not secret:
        raise ConfigError(
            "signed cookies need a secret: give --cookie-secret or HYBRIDVIZ_COOKIE_SECRET"
        )
