"""The command that is run once. Exit codes: 0 all is there, 1 something is not, 2 wrong use."""

import sys
from collections.abc import Mapping
from typing import Any

import click

from settings.reader import SettingsError
from worker.backends.crm.hubspot.client import HubSpotClient
from worker.backends.crm.hubspot.properties import definitions
from worker.errors import JobError
from worker.settings.crm import HubSpotSettings


@click.group(help="Make a HubSpot account ready for perkhook.")
def commands() -> None:
    """Nothing by itself."""


@commands.command()
@click.pass_obj
def setup(environ: Mapping[str, str]) -> None:
    """Create the contact properties that perkhook reads and writes; needs HUBSPOT_*."""
    settings = HubSpotSettings.from_environ(environ)
    client = HubSpotClient(settings.url, settings.token)
    try:
        usable = [ensure(client, wanted) for wanted in definitions(settings.id_property)]
    finally:
        client.close()
    if not all(usable):
        sys.exit(1)


def ensure(client: HubSpotClient, wanted: dict[str, Any]) -> bool:
    """Create a property unless it exists, print that, and return whether it can be used."""
    name = wanted["name"]
    if client.create_property(wanted):
        click.echo(f"{name}: created")
        return True
    wrong = differences(client.read_property(name), wanted)
    click.echo(
        f"{name}: there already{''.join(f', but {each}' for each in wrong)}", err=bool(wrong)
    )
    return not wrong


def differences(found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """Return why a property cannot be used."""
    wrong = []
    if found.get("type") != wanted["type"]:
        wrong.append(f"its type is not {wanted['type']}")
    if wanted.get("hasUniqueValue") and found.get("hasUniqueValue") is not True:
        wrong.append(
            "its values need not be unique, which HubSpot cannot change: name another property "
            "in HUBSPOT_ID_PROPERTY"
        )
    return wrong


def main(arguments: list[str] | None, environ: Mapping[str, str]) -> None:
    """Run the command line; turns what can go wrong into a sentence and an exit code."""
    try:
        commands(arguments, obj=environ, prog_name="python -m worker.backends.crm.hubspot")
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except JobError as error:
        sys.exit(str(error))
