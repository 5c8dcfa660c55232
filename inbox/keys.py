"""
Every key that perkhook owns in Redis or Valkey; each begins with STORE_PREFIX (`perkhook:`).

Times are ms since 1970 by the server's clock. "accept", "claim" and so on name the script in
`store/lua/` that writes the key. Below a hash are its fields.

=====================  ======  =====================================================================
key                    type    meaning
=====================  ======  =====================================================================
delivery:<id>          string  One accepted body whose process job has not been claimed (accept):
                               the packed body; preceded by trace headers and a line feed, if any.
                               Its job is queued and has no key.
fresh                  zset    unclaimed deliveries by time received (accept)
delivery:<id>          hash    The same body from then on. Lives until it is completed and folded
                               (fold). Written by claim, fan_out and every script that ends a job.
                       - body: packed bytes (`inbox.store.packing`)
                       - received: time accepted
                       - owed: pending jobs
                       - trace: trace headers, if any
                       - facts: JSON of ids for operators (fan_out)
                       - customer: its customers, blanks between, until completed (fan_out)
                       - identity, identity_of: what it was the first to handle (fan_out)
                       - erased: when personal data was redacted (erase, fan_out, fail)
                       - owes:<name>: queue of a handler's job
                       - end:<name>: how that job ended
                       - settled: when the last job ended
                       - made:<effect>: planned by one of its jobs (effect_plan, effect_begin)
                       - dispatches, fence: of the ended process job; replay continues them
job:<delivery>:<name>  hash    One pending unit of work; goes when it ends.
                       - state: queued, running, waiting, held, failed
                       - since: when it entered that state
                       - queue: Celery queue it is sent to
                       - dispatches: messages written so far
                       - fence: runs so far; the number of a lease
                       - tries: runs since accepted or retried
                       - by: name of the call that claimed it
                       - losses: leases that ran out
                       - admitted: when the rate cap admitted it
                       - reason, error: slug and sentence of the last error
                       - run:<n>: history of run n (JSON); newest 30; `trace` (2 KB) if unexpected
                       - decided: who sent it again, when, why (JSON); it is never too old (claim)
                       - held: "<dispatch>:<time>": a worker has its message unclaimed (reap)
queued:<queue>         zset    queued jobs by time queued, until claimed
running                zset    running jobs by end of lease, until it leaves that state
waiting                zset    waiting jobs by time of next try, until dispatched
failed                 zset    failed jobs by time of failure, until retried, discarded or dropped
                               (trim): FAILED_KEEP_SECONDS, FAILED_KEEP_MOST
held                   zset    jobs held by the rate cap by time, until released or discarded
settled                list    completed deliveries that wait to be folded (every script that ends a
                               job, fold)
completed              stream  completed deliveries in that order (fold, fan_out) for the
                               de-duplication window; the newest million (trim)
                       - d: the delivery, 16 bytes
                       - r: its record (`inbox.archive.record`); empty if that is in `archive`; "+"
                         and the ms from received to completed if no handler wanted the event
archive                stream  records with a removal or effects (fold), for REMOVAL_MEMORY_SECONDS;
                               the same fields
index:<n>              hash    which entries of the two have a name (`inbox.archive.places`): "c" or
                               "a" and the entry's id, blanks between (fold, fan_out, trim)
limits                 hash    the bounds that trim applies; never expires
                       - failed_seconds, failed_most, settled_most
                       - swept: which index:<n> is tidied next
                       - since: when a bound of failed jobs last changed
brake                  zset    jobs that the rate cap admitted, by time; one window of it
brake:<campaign>       zset    those of one campaign; one window of its cap
identity:<identity>    string  "<delivery>:<received>" that claimed this (fan_out), until that is
                               folded. Of an assignment (<type>:<holder>) it lives
                               REMOVAL_MEMORY_SECONDS, of an event that a handler wants
                               (<type>:<event>) DEDUPE_WINDOW_SECONDS
customer:<id>          set     deliveries about this customer whose body is here and was processed
                               (fan_out), until completed
erased:<id>            string  when this customer was erased (forget); 190 days
gate:<downstream>      hash    its circuit breaker; goes when it works (breaker_report)
                       - until: when it may be called again; reason: slug of what opened it
                       - asked: 1 if the downstream asked for the pause
                       - failures: calls that failed in a row
gate:<downstream>:try  string  the caller that tries it alone (half-open); half a minute
gate:<downstream>:low  string  a job waits for the budget, so calls that can wait do so too
budget:<downstream>    zset    calls made and reserved, by time; one rate window
effect:<id>            hash    one effect in the ledger (`inbox.ledger`), until it is folded with
                               its delivery; else it lives REMOVAL_MEMORY_SECONDS (effect_plan,
                               effect_begin, effect_move)
effects:holder:<id>    zset    effects of an assignment, or of what a step of an own handler is
                               about, by time planned; as long
effects:customer:<id>  zset    effects of a customer by time planned; as long
card:<id>              string  effect that may change this card's balance; 15 min
card:<id>:left         string  "<balance>:<time>" after our last change; a minute (effect_move)
card:grant:<id>        string  effect that took back what this transaction gave; lives
                               REMOVAL_MEMORY_SECONDS, or until the effect is folded (effect_begin)
learned:<name>         string  JSON of what workers found out and share: a campaign's rewards, the
                               plan that a job resumes with (learn); minutes to months
barrier                string  a number that goes up with each round of waiting for
                               ACCEPT_DURABILITY (`inbox.durability.barrier`); never expires
counts                 hash    counters since the store was made; never expires
delay                  hash    completed deliveries by the time from received to completed: upper
                               end of a bucket in s, or `more`, and `sum_ms`; never expires
tally                  hash    counters for the metrics, which never expire:
                       - answer:<result>: webhooks answered (report_counts)
                       - secret:<position>: right signatures (report_counts)
                       - effect:<state>:<perk>: effects by state (effect_plan, effect_move)
                       - event:<yes|no>:<type>: read, by whether a handler wants it; at most 100,
                         then `other`
                       - event_types: how many of these there are (fan_out)
told:<receiver>        string  the last message of its counts that is in `tally`; an hour
                               (report_counts)
workers                zset    workers by the time until which they count as alive (report_worker)
fleet                  hash    what workers report (report_worker); never expires
                       - told: rates of the cap, of its campaign cap and of downstreams (JSON)
                       - swept: when a whole reaper run last ended
audit                  stream  what operators did; the newest 10,000
batch:<id>             hash    an operator's decision about many jobs (`inbox.admin.batches`); 30
                               days, the newest 200 (batch_start, batch_step)
                       - total, next: how many jobs, and how many are decided
                       - done:<word> refused:<word>: how many came to what
batch:<id>:tasks       list    its jobs, each as the task that was seen; as long
batches                zset    batches by time
batches:running        set     batches that are not at their end
plan:<job>             hash    what a job would do (plan_ask, plan_take, plan_answer); 5 minutes
                       - state: asked, working, made; since when; request: which one it is
                       - answer: JSON (`inbox.plans.PlanPreview`)
plans                  list    jobs whose plan is asked for, until a worker claims them (plan_ask,
                               plan_take); 5 minutes
queues                 set     queues that workers have declared; never expires
looked                 hash    for each queue "<time>:<time>": queued jobs older than the first were
                               not in their queue at the second (reap)
sweeping               string  lock: who reaps; lives one reaper interval
checkin                string  lock: who checked in with Sentry; a minute or a reaper interval
canary                 hash    synthetic events through the public address (`inbox.state.canary`);
                               goes a week after the last worker that was to send any, or when one
                               starts that is not
                       - since: when the first was due; sent: how many
                       - handled: when the last came through; delay: how long that took, in ms
canary:turn            string  lock: who sends the next; one canary interval
reconcile              hash    the search for removals without a webhook among the codes, one run at
                               a time (reconcile_…); never expires
                       - run: its number; state: running, finished
                       - scope: what it reads, in words that two runs share
                       - done:…, at:…, codes, calls, found, …: how far it is, and its counts
                       - completed: end of a run of the workers' scope, or of any if they begin none
                       - interval: how often workers begin one, in s; 0 for never
                       - since: when the first was due (reconcile_turn)
                       - looks_at: the scope of theirs, if they begin any
reconcile:lock         string  lock: who runs it; 20 s, renewed with each step
reconcile:customers    hash    the same for a search in the activity of customers, which may run
                               beside it; and its lock, …:customers:lock
reconcile:turn         string  lock: the next run of the workers is not due; one interval
campaigns              set     campaigns whose codes runs have read; lives REMOVAL_MEMORY_SECONDS
                               after the last run
codes:<campaign>       zset    its referral codes by the run that last read them; as long
assignments:<code>     hash    who holds a code: the assignment to "<customer> <role> <type of the
                               code> <since>" (reconcile_code, remember); as long
missing                hash    removals without a webhook, until they are deliveries: the assignment
                               to JSON of ids; as long
webhook                hash    what Voucherify says of our webhook; as long (webhook_turn,
                               webhook_saw)
                       - since: when the first check was due; looked: when one last had a result
                       - state: active, off, none: the result
                       - listed: 1 if our event is among those it is sent, 0 if not
webhook:turn           string  lock: who checks next; one interval
moving, moving:…       any     a move to another place, and what is on its way (`inbox.move`)
=====================  ======  =====================================================================

Celery's own keys begin with `celery:` behind the prefix: one list a queue (`celery:deliveries`,
…) of short messages (`inbox.message`; whole ones that kombu gave back), `celery:unacked`,
`celery:unacked_index`, `celery:unacked_mutex` and `celery:_kombu.binding.*`.
"""

from typing import Final


class Keys:
    """
    The names of all keys of one installation.

    Attributes:
        prefix: what each of them begins with: STORE_PREFIX.
        guard: a key that never exists, which every script names. A cluster finds the server by
            it, and runs no script while the slot is moved key by key (docs/decisions/0047).
        celery: what Celery's and kombu's own keys and channels begin with.
        unacked: Celery's hash of messages that a worker has, by delivery tag.
    """

    def __init__(self, prefix: str) -> None:  # noqa: PLR0915 - a list of names
        self.prefix = prefix
        self.guard = prefix + "guard"
        self.celery = prefix + "celery:"
        self.unacked = self.celery + "unacked"
        self.delivery = prefix + "delivery:"
        self.job = prefix + "job:"
        self.fresh = prefix + "fresh"
        self.queued = prefix + "queued:"
        self.running = prefix + "running"
        self.waiting = prefix + "waiting"
        self.failed = prefix + "failed"
        self.held = prefix + "held"
        self.settled = prefix + "settled"
        self.completed = prefix + "completed"
        self.archive = prefix + "archive"
        self.index = prefix + "index:"
        self.limits = prefix + "limits"
        self.brake = prefix + "brake"
        self.gate = prefix + "gate:"
        self.budget = prefix + "budget:"
        self.effect = prefix + "effect:"
        self.effects_of = prefix + "effects:"
        self.card = prefix + "card:"
        self.learned = prefix + "learned:"
        self.identity = prefix + "identity:"
        self.barrier = prefix + "barrier"
        self.customer = prefix + "customer:"
        self.erased = prefix + "erased:"
        self.counts = prefix + "counts"
        self.delay = prefix + "delay"
        self.tally = prefix + "tally"
        self.told = prefix + "told:"
        self.workers = prefix + "workers"
        self.fleet = prefix + "fleet"
        self.audit = prefix + "audit"
        self.batch = prefix + "batch:"
        self.batches = prefix + "batches"
        self.plan = prefix + "plan:"
        self.plans = prefix + "plans"
        self.queues = prefix + "queues"
        self.looked = prefix + "looked"
        self.sweeping = prefix + "sweeping"
        self.checkin = prefix + "checkin"
        self.canary = prefix + "canary"
        self.canary_turn = self.canary + ":turn"
        self.reconcile = prefix + "reconcile"
        self.reconcile_lock = self.reconcile + ":lock"
        self.reconcile_customers = self.reconcile + ":customers"
        self.reconcile_turn = self.reconcile + ":turn"
        self.campaigns = prefix + "campaigns"
        self.codes = prefix + "codes:"
        self.assignments = prefix + "assignments:"
        self.missing = prefix + "missing"
        self.webhook = prefix + "webhook"
        self.webhook_turn = self.webhook + ":turn"
        self.moving = prefix + "moving"


#: Before the id of a holder: the `IDENTITY` of the removal of one assignment.
REMOVAL: Final = "customer.holder.assignment.deleted:"

#: Hashes of the index. With up to some hundred fields each, servers keep them as compact lists.
BUCKETS: Final = 16_384

#: The queue and the job that every delivery starts with.
DELIVERIES_QUEUE: Final = "deliveries"
PROCESS: Final = "process"
