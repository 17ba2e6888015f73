"""``flask hybridviz``: what is served, who is there, and whether all is well configured.

``sessions`` asks a server that runs: a request signed with the key that both have.
"""

from collections.abc import Iterator, Mapping

import click
from flask import current_app
from flask.cli import with_appcontext

from hybridviz.web.doctor import Finding, findings
from hybridviz.web.overview import HEADER, PATH, sign

MARKS = {True: "ok", False: "!!"}


@click.group("hybridviz")
def commands() -> None:
    """Live apps of this application."""


@commands.command("apps")
@with_appcontext
def list_apps() -> None:
    """List what is served, and for whom."""
    server = current_app.extensions["hybridviz"]
    all_of = "all who are logged in" if server.admission.identity else "everybody"
    for route, served in sorted(server.served.items()):
        if served.endpoint:
            rule = "by its access rule" if served.rule else f"to {all_of}"
            click.echo(f"{server.settings.prefix}{route}  {type(served.app).__name__}  open {rule}")


@commands.command("sessions")
@click.option("--url", default="http://127.0.0.1:5000", help="Where the server runs.")
@with_appcontext
def list_sessions(url: str) -> None:
    """List the live sessions of a server that runs; of several workers, of the one that answers."""
    import requests  # 5 MB that a server, which has these commands too, does not need

    server = current_app.extensions["hybridviz"]
    place = f"{url.rstrip('/')}{server.settings.prefix}{PATH}"
    try:
        answer = requests.get(place, headers={HEADER: sign(server.key)}, timeout=10)
    except requests.RequestException as error:
        raise click.ClickException(
            f"no server answers at {url}: start it, or name another by --url"
        ) from error
    if answer.status_code != 200:
        raise click.ClickException(
            f"the server at {url} answers {answer.status_code}: is it this application, with the"
            " same HYBRIDVIZ_SECRET_KEY or HYBRIDVIZ_DATA_DIR?"
        )
    for line in _lines(answer.json()["sessions"]):
        click.echo(line)


def _lines(sessions: list[Mapping[str, object]]) -> Iterator[str]:
    for item in sessions:
        user = "nobody" if item["user"] is None else item["user"]
        yield f"{item['app']}  {item['id']}…  user {user}  viewers {item['viewers']}"
    yield f"{len(sessions)} session{'s' * (len(sessions) != 1)}"


@commands.command("doctor")
@with_appcontext
def doctor() -> None:
    """Look at the configuration and say what to do; exits with 1 if something must be done."""
    found: list[Finding] = findings(current_app)
    for finding in found:
        click.echo(f"{MARKS[finding.good]}  {finding.text}")
    if not all(finding.good for finding in found):
        raise SystemExit(1)
