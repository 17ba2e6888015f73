"""``hybridviz secret``."""

import click

from hybridviz.data_directory import new_key


@click.command()
def secret() -> None:
    """Print a new random key for HYBRIDVIZ_SECRET_KEY."""
    click.echo(new_key())
