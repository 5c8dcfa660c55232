from dataclasses import asdict

import click

from inbox.cli.context import Tools
from inbox.privacy.redaction import is_customer_id


def _customer(_context: click.Context, _option: click.Parameter, value: str) -> str:
    # What is typed here stays in the record, so an address must not get there.
    if not is_customer_id(value):
        raise click.BadParameter("must be the id that Voucherify gave, such as cust_…")
    return value


@click.command()
@click.option("--customer", required=True, callback=_customer, help="Voucherify's id: cust_…")
@click.option("--why", default="", help="For the record.")
@click.pass_obj
def erase(tools: Tools, customer: str, why: str) -> None:
    """
    Erase a customer's personal data; pending jobs keep their ids.

    Searches every body that waits to be processed, too.
    """
    done = tools.erasure.erase(customer, who=tools.who, why=why, now=True)
    if tools.as_json:
        tools.print_json({"customer": customer, **asdict(done)})
    else:
        tools.console.print(
            f"{done.found} of the customer's deliveries found, {done.erased} erased"
        )
