"""All variables, and the tables of docs/settings.md."""

import re
from typing import Any, Final

from settings.variable import ALL, Use, Variable
from settings.variables import common, downstream, flower, web, work


#: In the order of docs/settings.md.
VARIABLES: Final[tuple[Variable[Any], ...]] = tuple(
    found
    for module in (common, web, work, downstream, flower)
    for found in vars(module).values()
    if isinstance(found, Variable)
)

#: Names of them all, whichever process reads them.
KNOWN: Final = frozenset(each.name for each in VARIABLES)

_TITLES: Final = {
    Use.MUST: "## Must be set",
    Use.OFTEN: "## Often set",
    Use.EXPERT: "## For experts\n\nThe defaults are nearly always right.",
}


def tables() -> str:
    """Return the tables in Markdown, one for each use of a variable, under headings."""
    parts = []
    for use, title in _TITLES.items():
        rows = [_row(each) for each in VARIABLES if each.use is use]
        header = "| name | process | meaning | default |\n|---|---|---|---|"
        parts.append("\n".join([f"{title}\n", header, *rows]))
    return "\n\n".join(parts) + "\n"


_INTRODUCTION: Final = """\
# Settings

Settings are environment variables. Each is declared once, in `settings/`; `python -m settings`
prints this page, and `python -m settings env` prints `.env.example`.

Each process checks the variables that it reads before it listens or connects. If any is wrong, the
process stops with one message. The message names every bad variable and says what to write instead;
it shows no value. A name that resembles one of these also stops the start
([deployment.md](deployment.md#settings)). A wrong setting of the worker does not stop the receiver.

"""


#: What is kept, how long, and which promise that carries.
_FIXED: Final = (
    (
        "completed deliveries by their bytes",
        "the newest 1,000,000 within `DEDUPE_WINDOW_SECONDS`",
        (
            "what that carries. Beyond the number the same bytes are processed again; a removal "
            "still has one effect"
        ),
    ),
    (
        "an erased customer",
        "190 days",
        (
            "bodies about the customer that arrive later are redacted, also what a person sends "
            "again from Voucherify's log. With a dedicated region erase the customer again after "
            "half a year"
        ),
    ),
    (
        "who holds which code",
        "`REMOVAL_MEMORY_SECONDS` after the last run",
        (
            "reconciliation compares with the run before, at most 30 days earlier "
            "(`RECONCILE_INTERVAL_SECONDS`). `RECONCILE_GRACE_SECONDS` may be 0: the webhook of a "
            "removal that a run found changes nothing"
        ),
    ),
    (
        "metadata that setting the mark may have removed",
        "2 days, or until it is put back",
        "it is put back by a later try of the job, so `RETRY_SCHEDULE_SECONDS` must end before",
    ),
    ("the lock of a card", "3 times `IN_FLIGHT_SECONDS`", "one balance change at a time"),
    ("what else workers learned", "10 minutes to 30 days", "no promise: it is read again"),
    ("decisions about many jobs", "30 days, the newest 200", "hindsight"),
    ("what operators did", "the newest 10,000", "hindsight"),
    ("runs of a pending job", "the newest 30", "hindsight"),
)

_KEPT: Final = """
## Kept without a setting

A setting that bounds what is remembered says above which promise it carries. Less than the least
stops the start, with the reason. These bounds are fixed:

| what | how long | carries |
|---|---|---|
{}

Sources: Voucherify's [retries](https://docs.voucherify.io/api-reference/introduction-to-webhooks)
and [audit log](https://docs.voucherify.io/analyze/audit-logs). It documents six and twelve months
for logs, and nothing else for the webhooks listed there.
"""


def page() -> str:
    """Return docs/settings.md as a whole."""
    return (
        _INTRODUCTION
        + tables()
        + _KEPT.format("\n".join(f"| {' | '.join(row)} |" for row in _FIXED))
    )


#: docker-compose.yml sets these itself, by what stands beside the containers.
COMPOSED: Final = frozenset({"REDIS_URL", "HOST", "PORT", "TRUSTED_PROXY_HOPS"})


def example() -> str:
    """Return the text of .env.example: what must be set, and as comments what often is."""
    lines = [
        "# Copy to .env and fill in; docker-compose.yml reads it. All settings: docs/settings.md"
    ]
    for each in VARIABLES:
        if each.use is Use.EXPERT or each.name in COMPOSED:
            continue
        meaning = re.sub(r" ?\(\[.*?\]\(.*?\)\)|`", "", each.meaning)
        meaning = re.sub(r"\[(.*?)\]\(.*?\)", r"docs/\1", meaning)
        line = f"{each.name}={each.default or ''}"
        lines += ["", f"# {meaning}", line if each.use is Use.MUST else f"#{line}"]
    return "\n".join(lines) + "\n"


def _row(each: Variable[Any]) -> str:
    processes = "all" if each.processes == ALL else ", ".join(each.processes)
    default = "required" if each.default is None else each.shown or f"`{each.default}`"
    return f"| `{each.name}` | {processes} | {each.meaning}{_kept(each)} | {default} |"


def _kept(each: Variable[Any]) -> str:
    if each.keeps is None:
        return ""
    carries, least, shorter = each.keeps.carries, each.keeps.least, each.keeps.shorter
    return f" **Carries:** {carries}. **Least:** {least}. **Shorter means:** {shorter}."
