"""`python -m worker`: commands for support."""

import os
import sys
from collections.abc import Mapping

import click
from redis import RedisError

from inbox.cli.help_first import HelpFirst
from inbox.errors import unavailable
from settings.reader import SettingsError
from worker.build import make_effects, make_services
from worker.cli.dry_run import try_
from worker.cli.effects import effects, resolve, undo
from worker.cli.reconcile import reconcile
from worker.cli.tools import Tools
from worker.errors import JobError
from worker.http_client.environment import EnvironmentValueError
from worker.settings.worker import WorkerSettings


def main(environ: Mapping[str, str]) -> None:
    """Run the command line; end with a sentence and an exit code if it fails."""
    try:
        commands(obj=environ)
    except SettingsError as error:
        sys.exit(str(error))
    except EnvironmentValueError as error:
        sys.exit(str(SettingsError([str(error)])))
    except RedisError as error:
        sys.exit(str(unavailable(error)))
    except JobError as error:
        sys.exit(f"not done: {error}")


@click.group(cls=HelpFirst)
@click.pass_context
def commands(context: click.Context) -> None:
    """Explain and undo revocations, find removals without a webhook, try handlers."""
    if context.invoked_subcommand == "try":
        # It needs neither the store nor secrets, so it gets neither.
        return
    context.obj = Tools(
        settings=WorkerSettings.from_environ(context.obj),
        make_effects=make_effects,
        make_services=make_services,
    )


for command in (effects, undo, resolve, try_, reconcile):
    commands.add_command(command)


if __name__ == "__main__":
    main(environ=os.environ)
