"""How workers run jobs, and for how long what is kept."""

from typing import Final

from settings.identifiers import handler_names, module_names
from settings.needs import (
    DECISION_SECONDS,
    DECISION_WHY,
    RESENDS_SECONDS,
    RESENDS_WHY,
    RETRIES_SECONDS,
    RETRIES_WHY,
)
from settings.parsers import rate, seconds_list, whole_number, zero_or
from settings.variable import FLOWER, WORKER, Keeps, Use, Variable


OFTEN, EXPERT = Use.OFTEN, Use.EXPERT

WORKER_CONCURRENCY: Final = Variable(
    "WORKER_CONCURRENCY", whole_number(1, 500), "50", WORKER, OFTEN,
    "Jobs that one process runs at once. One queue uses at most 60 % of them, so a downstream that "
    "hangs does not block the others.",
)  # fmt: skip

HANDLERS: Final = Variable(
    "HANDLERS", module_names, "", (*WORKER, *FLOWER), OFTEN,
    "Python modules with handlers of your own, separated by commas "
    "([handlers.md](handlers.md)).", "none",
)  # fmt: skip

HANDLERS_DRY_RUN: Final = Variable(
    "HANDLERS_DRY_RUN", handler_names, "", WORKER, OFTEN,
    "Own handlers that only log what they would do, separated by commas, or `all`.", "none",
)  # fmt: skip

REVOCATION_BRAKE: Final = Variable(
    "REVOCATION_BRAKE", rate, "1000/hour", WORKER, OFTEN,
    "Revocations beyond this rate are held until an operator releases them.",
)  # fmt: skip

REVOCATION_BRAKE_CAMPAIGN: Final = Variable(
    "REVOCATION_BRAKE_CAMPAIGN", rate, "200/hour", WORKER, OFTEN,
    "The same for each campaign: revocations of one campaign beyond this rate are held, other "
    "campaigns continue ([operations.md](operations.md#revocations-held-by-the-rate-cap)).",
)  # fmt: skip

MAX_EVENT_AGE_SECONDS: Final = Variable(
    "MAX_EVENT_AGE_SECONDS", zero_or(RETRIES_SECONDS, 315_360_000, RETRIES_WHY), "172800", WORKER,
    EXPERT,
    "An event that was signed longer than this before it was received becomes a failed job, "
    "`stale_event`, because it may be a replayed copy. 0 accepts any age "
    "([security.md](security.md)).", "172800 (48 h)",
    Keeps(
        carries="no copy acts by itself when it is no longer recognised; with 0 it does",
        least="129600 (36 h), so that no automatic retry of Voucherify waits for a person. Most: "
        "`REMOVAL_MEMORY_SECONDS`, and with `HANDLERS` also `DEDUPE_WINDOW_SECONDS`",
        shorter="a webhook that Voucherify sends late waits for a person sooner; nothing is lost",
    ),
)  # fmt: skip

JOB_LEASE_SECONDS: Final = Variable(
    # Under 20 s no call with its time limits would fit into a lease.
    "JOB_LEASE_SECONDS", whole_number(20, 86_400), "300", WORKER, EXPERT,
    "A job whose worker died runs again after this time.",
)  # fmt: skip

RECLAIM_INTERVAL_SECONDS: Final = Variable(
    "RECLAIM_INTERVAL_SECONDS", whole_number(1, 3600), "10", WORKER, EXPERT,
    "How often the reaper sends due, abandoned and lost jobs again.",
)  # fmt: skip

RETRY_SCHEDULE_SECONDS: Final = Variable(
    # 10 s, 30 s, 1, 2, 5, 10, 20, 40 min, 1, 2, 3, 4, 6 and 6 h.
    "RETRY_SCHEDULE_SECONDS", seconds_list,
    "10,30,60,120,300,600,1200,2400,3600,7200,10800,14400,21600,21600", WORKER, EXPERT,
    "Wait before each retry, ±20 %. A handler of your own may have its own.",
    "10 s to 6 h, 14 times in 23 h",
)  # fmt: skip

IN_FLIGHT_SECONDS: Final = Variable(
    # Above the time limits of a call, whose answer may still come until then.
    "IN_FLIGHT_SECONDS", whole_number(20, 3600), "300", WORKER, EXPERT,
    "How long a balance change without an answer may still be applied. Only after that is a change "
    "that is not found sent again.",
)  # fmt: skip

REMOVAL_MEMORY_SECONDS: Final = Variable(
    "REMOVAL_MEMORY_SECONDS", whole_number(RESENDS_SECONDS, 315_360_000, RESENDS_WHY), "16416000",
    WORKER, EXPERT,
    "How long a handled removal is recognised, even if it arrives in other bytes.",
    "16416000 (190 days)",
    Keeps(
        carries="one effect for one removal, each step of an own handler once, undo, the search "
        "for effects, and what reconciliation knows of assignments",
        least="15897600 (184 days): Voucherify keeps its logs, from which a person can send a "
        "webhook again, for six months. In its dedicated regions it keeps them for twelve: set "
        "32400000 (375 days) there",
        shorter="there are fewer than six days to spare; nothing else",
    ),
)  # fmt: skip

FAILED_KEEP_SECONDS: Final = Variable(
    "FAILED_KEEP_SECONDS", whole_number(DECISION_SECONDS, 315_360_000, DECISION_WHY), "7776000",
    WORKER, EXPERT,
    "A job that has been failed for longer is dropped. `/metrics` warns before "
    "([operations.md](operations.md)).", "7776000 (90 days)",
    Keeps(
        carries="a person's decision about each failed job",
        least="432000 (5 days), the alert at 80 % leaves one of them. Most: "
        "`REMOVAL_MEMORY_SECONDS` less the tries before and after a retry (2.4 times the sum of "
        "`RETRY_SCHEDULE_SECONDS`), so that the retry still knows what was done",
        shorter="what a job was to do is never done if nobody decides by then",
    ),
)  # fmt: skip

FAILED_KEEP_MOST: Final = Variable(
    "FAILED_KEEP_MOST", whole_number(1, 100_000_000), "100000", WORKER, EXPERT,
    "The oldest failed job is dropped when there are more. `/metrics` warns before.",
    keeps=Keeps(
        carries="the same decision, within the store's memory: 2 to 6 KB a job",
        least="as many jobs as one outage can fail, which only you know; none is refused",
        shorter="an outage that fails more jobs drops the oldest, and what they were to do is "
        "never done",
    ),
)  # fmt: skip
