"""What handlers would do with a body."""

import sys
from collections.abc import Mapping
from typing import IO

import click
import structlog

from schemas import UnreadableBody
from worker.shop.dry_run import load_sealed, try_body


@click.command("try")
@click.argument("file", type=click.File("rb"))
@click.pass_obj
def try_(environ: Mapping[str, str], file: IO[bytes]) -> None:
    """Show what handlers would do with a body. Nothing is done, and no store is needed."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    table = load_sealed(environ)
    try:
        outcome, tried = try_body(file.read(), table)
    except UnreadableBody as error:
        raise click.ClickException(f"processing would fail: {error}") from error
    click.echo(outcome)
    wrong = False
    for each in tried:
        click.echo(f"{each.handler} (queue {each.queue}): {each.outcome or each.error}")
        for step in each.would:
            click.echo(f"  would {step}")
        wrong = wrong or bool(each.error)
    if wrong:
        sys.exit(1)
