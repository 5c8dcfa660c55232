"""What several kinds of process read."""

from typing import Final

from settings.needs import RETRIES_SECONDS, RETRIES_WHY
from settings.parsers import names, on_or_off, one_of, prefix, share, whole_number
from settings.secrets import sentry_dsn, sentry_name
from settings.store_address import PREFIX
from settings.store_url import store_address
from settings.variable import ALL, WEB, WORKER, Keeps, Use, Variable


MUST, OFTEN, EXPERT = Use

REDIS_URL: Final = Variable(
    "REDIS_URL", store_address, "redis://127.0.0.1:6379/0", ALL, MUST,
    "Redis 7 or Valkey: `redis://:password@host:6379/0`, `rediss://…` or `unix:///path?db=0`. "
    "Several servers stand with commas between. `redis+sentinel://:password@s1:26379,s2:26379,"
    "s3:26379/mymaster/0` asks sentinels for the primary, `redis+cluster://:password@n1:6379,"
    "n2:6379` the nodes of a cluster ([stores.md](stores.md)); `rediss+…` does so by TLS. "
    "`rediss` accepts a self-signed certificate unless the address ends in "
    "`?ssl_cert_reqs=required`; `ssl_ca_certs`, `ssl_check_hostname`, `ssl_certfile` and "
    "`ssl_keyfile` may follow, and `sentinel_username` and `sentinel_password` for sentinels. "
    "Any other option is refused.",
)  # fmt: skip

STORE_PREFIX: Final = Variable(
    "STORE_PREFIX", prefix, PREFIX, ALL, OFTEN,
    "What all keys and channels in the store begin with. Several installations share a store or "
    "a cluster by prefixes of their own ([brands.md](brands.md)). A cluster needs one in braces, "
    "such as `{shoes}:`, which keeps all keys on one server.",
)  # fmt: skip

STORE_CONNECTIONS: Final = Variable(
    # A command takes some 100 µs, so a few serve all threads.
    "STORE_CONNECTIONS", whole_number(1, 64), "4", ALL, OFTEN,
    "Connections to the store that a process uses for its own work (`web`: its processes "
    "together). Set 2 where the store's plan allows 20 in all "
    "([deployment.md](deployment.md#connections)).", "4; 32 for `web` with `fsync`",
)  # fmt: skip

DEDUPE_WINDOW_SECONDS: Final = Variable(
    "DEDUPE_WINDOW_SECONDS", whole_number(RETRIES_SECONDS, 31_536_000, RETRIES_WHY), "604800",
    ALL, EXPERT,
    "How long the same bytes count as the same delivery.", "604800 (7 days)",
    Keeps(
        carries="one delivery for one body, however often Voucherify sends it again by itself; one "
        "run of an own handler for one event, in whatever bytes",
        least="129600 (36 h): Voucherify's last automatic retry comes 24 h after the first try, or "
        "34 h by the intervals that it documents",
        shorter="a body that is sent again later than this is no duplicate any more. It becomes a "
        "failed job, `stale_event`, or is processed again if `MAX_EVENT_AGE_SECONDS` is 0. A "
        "removal still has one effect",
    ),
)  # fmt: skip

LOG_FORMAT: Final = Variable(
    "LOG_FORMAT", one_of("json", "console"), "json", (*WEB, *WORKER), OFTEN,
    "`json` for machines or `console` for people.",
)  # fmt: skip

SENTRY_DSN: Final = Variable(
    "SENTRY_DSN", sentry_dsn, "", (*WEB, *WORKER), OFTEN,
    "Where unexpected errors are reported, without bodies, variables or messages of other "
    "libraries.", "unset",
)  # fmt: skip

SENTRY_ENVIRONMENT: Final = Variable(
    "SENTRY_ENVIRONMENT", sentry_name(64), "", (*WEB, *WORKER), OFTEN,
    "The environment that Sentry shows.", "unset",
)  # fmt: skip

SENTRY_RELEASE: Final = Variable(
    "SENTRY_RELEASE", sentry_name(200), "", (*WEB, *WORKER), EXPERT,
    "The release that Sentry shows ([operations.md](operations.md#sentry)).",
    "Heroku's next two, or the commit of the checkout",
)  # fmt: skip

# Heroku sets both (devcenter.heroku.com/articles/dyno-metadata), each by a feature of its own.
HEROKU_BUILD_COMMIT: Final = Variable(
    "HEROKU_BUILD_COMMIT", sentry_name(200), "", (*WEB, *WORKER), EXPERT,
    "Set by Heroku with `runtime-dyno-build-metadata`; the default of `SENTRY_RELEASE`.", "unset",
)  # fmt: skip

HEROKU_SLUG_COMMIT: Final = Variable(
    "HEROKU_SLUG_COMMIT", sentry_name(200), "", (*WEB, *WORKER), EXPERT,
    "Set by Heroku with `runtime-dyno-metadata`; the default of `HEROKU_BUILD_COMMIT`.", "unset",
)  # fmt: skip

SENTRY_TRACES_SAMPLE_RATE: Final = Variable(
    "SENTRY_TRACES_SAMPLE_RATE", share, "0", (*WEB, *WORKER), EXPERT,
    "Share of webhooks that are traced from the receiver to the handlers, from 0 to 1. Workers "
    "continue every trace unless theirs is 0.",
)  # fmt: skip

ACCEPT_DURABILITY: Final = Variable(
    "ACCEPT_DURABILITY", one_of("memory", "fsync", "replica", "managed"), "memory", (*WEB, *WORKER),
    OFTEN,
    "Where an accepted webhook must be stored before its 202, and the record of a balance change "
    "before its call: `memory` (the store's memory), `fsync` (its disk), `replica` (a replica's "
    "memory) or `managed` (wherever the store has it when it answers, as AWS MemoryDB promises: "
    "nothing is asked) ([stores.md](stores.md#how-durable-an-accept-is)).",
)  # fmt: skip

ONE_CORE: Final = Variable(
    "ONE_CORE", on_or_off, "on", (*WEB, *WORKER), EXPERT,
    "`on`: each process stays on one processor core, the quietest, checked once a second (Linux "
    "only). `off`: the kernel spreads its threads.",
)  # fmt: skip

IGNORED_VARIABLES: Final = Variable(
    "IGNORED_VARIABLES", names, "", ALL, EXPERT,
    "Variables, separated by commas, that resemble a setting of perkhook but belong to something "
    "else. Otherwise such a name stops the start, because it is usually a misspelt setting.",
    "none",
)  # fmt: skip
