"""
Every key that perkhook owns in Redis or Valkey.

Times are milliseconds since 1970 by the server's clock. "accept", "claim" and so on name
the script in `lua/` that writes the key.

==============================  ======  ======================================================
key                             type    meaning
==============================  ======  ======================================================
perkhook:delivery:<id>          string  One accepted body whose process job has not been claimed
                                        (accept): the packed body; before it trace headers and
                                        a line feed, if any. Its job is queued and has no key.
perkhook:fresh                  zset    deliveries in that form by time received (accept), until
                                        claim, the sweep or an operator unfolds them
perkhook:delivery:<id>          hash    One accepted body, from then on. Lives until it is settled
                                        and then for the rest of the de-duplication window, at
                                        least an hour. Written by whatever unfolds it, fan_out and
                                        whatever ends a job.

                                        body        packed bytes (`inbox.store.packing`)
                                        received    time accepted
                                        owed        jobs not yet settled
                                        trace       trace headers, if any
                                        facts       JSON of ids for operators (fan_out)
                                        customer    whom it is about, blanks between, until
                                                    settled (fan_out)
                                        erased      when its body was reduced to what is not
                                                    personal (erase, fan_out, fail)
                                        owes:<name> queue of a handler's job
                                        end:<name>  how that job ended
                                        settled     when the last job ended
                                        dispatches  of the process job that ended: a replay
                                        fence       counts on (replay)
perkhook:job:<delivery>:<name>  hash    One unit of work owed; goes when it ends.

                                        state       queued, running, waiting, held, failed
                                        since       when it entered that state
                                        queue       Celery queue it is sent to
                                        dispatches  messages written so far
                                        fence       runs so far; the number of a lease
                                        tries       runs since accepted or retried
                                        by          name of the call that claimed it
                                        losses      leases that ran out
                                        admitted    when the brake let it act
                                        reason      slug of the last error
                                        error       sentence of the last error
                                        run:<n>     JSON history of run n; the newest 30. With
                                                    `trace` (frames, 2 KB) if nobody expected
                                                    its error
                                        decided     JSON: who sent it again last, when, why;
                                                    such a job is of no age (claim)
                                        held        "<dispatch>:<time>": since when a worker
                                                    has its message unclaimed (sweep)
perkhook:queued:<queue>         zset    queued jobs by time queued, until claimed
perkhook:running                zset    running jobs by end of lease, until settled or set aside
perkhook:waiting                zset    waiting jobs by time of next try, until dispatched
perkhook:failed                 zset    failed jobs by time of failure, until retried, discarded
                                        or dropped (trim): FAILED_KEEP_SECONDS, FAILED_KEEP_MOST
perkhook:held                   zset    jobs held by the brake by time, until released, discarded
perkhook:settled                list    deliveries in the order they were settled (whatever ends
                                        a job), until their marker is gone; the newest
                                        million (trim)
perkhook:limits                 hash    the bounds that trim holds, for those who warn; for ever

                                        failed_seconds, failed_most, settled_most
                                        since       when a bound of failed jobs last changed
perkhook:brake                  zset    jobs that the brake let act, by time (admit); one window of
                                        REVOCATION_BRAKE
perkhook:brake:<campaign>       zset    those of one campaign, by time (admit); at most as many as
                                        REVOCATION_BRAKE_CAMPAIGN allows, one window of it
perkhook:identity:<identity>    string  "<delivery>:<received>" that took this on (fan_out). Of
                                        an assignment (<type>:<holder>) it lives
                                        REMOVAL_MEMORY_SECONDS, of an event that a handler wants
                                        (<type>:<event>) DEDUPE_WINDOW_SECONDS
perkhook:customer:<id>          set     deliveries about this customer whose body is here and
                                        was processed (fan_out), until settled
perkhook:erased:<id>            string  when this customer was erased (forget): what is
                                        processed later is reduced; 190 days
perkhook:gate:<downstream>      hash    what is known of it; goes when it works (gate_report)

                                        until       when it may be called again
                                        reason      slug of what shut it
                                        asked       1 if it asked for the pause itself
                                        failures    calls that failed in a row
perkhook:gate:<downstream>:try  string  who tries it alone after a pause; half a minute
perkhook:gate:<downstream>:low  string  a job waits for the budget: calls that no money needs
                                        wait too; until it has come back (gate_enter, budget_use)
perkhook:budget:<downstream>    zset    calls made and reserved, by time; one rate window
perkhook:effect:<id>            hash    one effect in the ledger (`inbox.ledger`); lives
                                        REMOVAL_MEMORY_SECONDS (effect_plan, effect_begin,
                                        effect_move)
perkhook:effects:holder:<id>    zset    effects of an assignment, or of what a step of an own
                                        handler is about, by time planned; as long
perkhook:effects:customer:<id>  zset    effects of a customer by time planned; as long
perkhook:card:<id>              string  effect that may change this card's balance; 15 min
perkhook:card:<id>:left         string  "<balance>:<time>" after our last change of it; a minute
                                        (effect_move)
perkhook:card:grant:<id>        string  effect that took back what this transaction gave; lives
                                        REMOVAL_MEMORY_SECONDS (effect_begin)
perkhook:learned:<name>         string  JSON of what workers found out and share: what a campaign
                                        promises, the plan that a job resumes with
                                        (learn); minutes to months
perkhook:barrier                string  a number that goes up with each round of waiting for
                                        ACCEPT_DURABILITY (`inbox.durability.barrier`); for ever
perkhook:counts                 hash    counters since the store was made; for ever
perkhook:delay                  hash    settled deliveries by the time from received to settled:
                                        upper end of a bucket in s, or `more`, and `sum_ms`
                                        (whatever ends a job); for ever
perkhook:tally                  hash    counters for the metrics, for ever:

                                        answer:<result>     webhooks answered (tell_counts)
                                        secret:<position>   right signatures (tell_counts)
                                        effect:<state>:<perk>  effects that came into a state
                                                    (effect_plan, effect_move)
                                        event:<yes|no>:<type>  events that were read, by whether
                                                    a handler wants them; 100 of these at
                                                    the most, then `other` (fan_out)
                                        event_types how many of these there are (fan_out)
perkhook:told:<receiver>        string  the last of its counts that are in the tally; an hour
                                        (tell_counts)
perkhook:workers                zset    workers by the time until which they count as alive
                                        (tell_present)
perkhook:fleet                  hash    what workers tell of themselves (tell_present); for ever

                                        told        JSON: rates of the brake, of its cap for each
                                                    campaign, and of downstreams
                                        swept       when a sweep was last done to its end
perkhook:audit                  stream  what operators did; the newest 10,000
perkhook:batch:<id>             hash    an operator's decision about many jobs; 30 days, the newest
                                        200 (batch_start, batch_step)

                                        state       running, finished, stopped
                                        action      retry, discard, release
                                        who, why, what
                                        total, next how many jobs, and how many are dealt with
                                        started, moved, ended
                                        done:<word> refused:<word>  how many came to what
perkhook:batch:<id>:tasks       list    its jobs, each as the task that was seen; as long, and
                                        of one that has ended the first thousand
perkhook:batches                zset    batches by time
perkhook:batches:running        set     batches that are not at their end
perkhook:plan:<job>             hash    what a job would do (plan_ask, plan_take, plan_tell);
                                        5 minutes

                                        state       asked, working, made
                                        since       when it entered that state
                                        request     which request it is
                                        answer      JSON (`inbox.plans.PlanPreview`)
perkhook:plans                  list    jobs whose plan is asked for, until a worker takes them
                                        (plan_ask, plan_take); 5 minutes
perkhook:queues                 set     queues that workers have declared; for ever
perkhook:looked                 hash    for each queue "<time>:<time>": queued jobs older than
                                        the first were not in their queue at the second (sweep)
perkhook:sweeping               string  lock: who sweeps; lives one sweep interval
perkhook:checkin                string  lock: who told Sentry that sweeps go on; a minute or an
                                        interval, whichever is longer
perkhook:canary                 hash    synthetic events through the public address; goes a week
                                        after the last worker that was to send any (canary_turn,
                                        canary_handled), or when one starts that is not

                                        since       when the first was due
                                        sent        how many
                                        handled     when the last came through
                                        delay       how long that took, in ms
perkhook:canary:turn            string  lock: who sends the next; one canary interval
perkhook:reconcile              hash    the search for removals that nobody told of among the codes,
                                        one at a time (reconcile_begin, reconcile_move,
                                        reconcile_look, reconcile_settle); for ever

                                        run         its number
                                        state       running, finished
                                        scope       what it looks at, in words that two runs share
                                        started, moved, ended
                                        done:…, at:…  how far it is (`worker.reconcile`)
                                        codes, calls, found, applied, …  what it came to
                                        completed   when one of what workers look at, or of
                                                    anything if they begin none, came to its end
                                        interval    how often workers begin one, in s; 0 for never
                                        since       when they were first to (reconcile_turn)
                                        looks_at    the scope of theirs, if they begin any
perkhook:reconcile:lock         string  lock: who runs it; 20 s, renewed with each step
perkhook:reconcile:customers    hash    the same for a search in the activity of customers, which
                                        may go on beside it; and its lock, …:customers:lock
perkhook:reconcile:turn         string  lock: the next run of the workers is not due; one interval
perkhook:campaigns              set     campaigns whose codes runs have looked at; lives
                                        REMOVAL_MEMORY_SECONDS after the last look
perkhook:codes:<campaign>       zset    its referral codes by the run that last looked at them
                                        (reconcile_look); REMOVAL_MEMORY_SECONDS after the last
perkhook:assignments:<code>     hash    who holds a code, as far as is known: the assignment to
                                        "<customer> <role> <type of the code> <since>"
                                        (reconcile_look, remember); as long
perkhook:missing                hash    removals that nobody told of, until they are deliveries:
                                        the assignment to JSON of ids (reconcile_look,
                                        reconcile_settle); as long
perkhook:webhook                hash    what Voucherify says of our webhook; goes a week after the
                                        last worker that was to look (webhook_turn, webhook_saw),
                                        or when one starts that is not

                                        since       when the first look was due
                                        looked      when one last found something out
                                        state       active, off, none: what it found
                                        listed      1 if our event is among those that are sent
                                                    to it, 0 if not
perkhook:webhook:turn           string  lock: who looks next; one interval
==============================  ======  ======================================================

Celery's own keys stand beside them: one list a queue (`deliveries`, `perks`, `crm`, …) of hints
(`inbox.message`; whole messages where kombu gave them back), `unacked`, `unacked_index`,
`unacked_mutex` and `_kombu.binding.*`.
"""

from typing import Final


PREFIX: Final = "perkhook:"
DELIVERY: Final = PREFIX + "delivery:"
JOB: Final = PREFIX + "job:"
FRESH: Final = PREFIX + "fresh"
QUEUED: Final = PREFIX + "queued:"
RUNNING: Final = PREFIX + "running"
WAITING: Final = PREFIX + "waiting"
FAILED: Final = PREFIX + "failed"
HELD: Final = PREFIX + "held"
SETTLED: Final = PREFIX + "settled"
LIMITS: Final = PREFIX + "limits"
BRAKE: Final = PREFIX + "brake"
GATE: Final = PREFIX + "gate:"
BUDGET: Final = PREFIX + "budget:"
EFFECT: Final = PREFIX + "effect:"
EFFECTS_OF: Final = PREFIX + "effects:"
CARD: Final = PREFIX + "card:"
LEARNED: Final = PREFIX + "learned:"
IDENTITY: Final = PREFIX + "identity:"
BARRIER: Final = PREFIX + "barrier"
CUSTOMER: Final = PREFIX + "customer:"
ERASED: Final = PREFIX + "erased:"
COUNTS: Final = PREFIX + "counts"
DELAY: Final = PREFIX + "delay"
TALLY: Final = PREFIX + "tally"
TOLD: Final = PREFIX + "told:"
WORKERS: Final = PREFIX + "workers"
FLEET: Final = PREFIX + "fleet"
AUDIT: Final = PREFIX + "audit"
BATCH: Final = PREFIX + "batch:"
BATCHES: Final = PREFIX + "batches"
PLAN: Final = PREFIX + "plan:"
PLANS: Final = PREFIX + "plans"
QUEUES: Final = PREFIX + "queues"
LOOKED: Final = PREFIX + "looked"
SWEEPING: Final = PREFIX + "sweeping"
CHECKIN: Final = PREFIX + "checkin"
CANARY: Final = PREFIX + "canary"
CANARY_TURN: Final = CANARY + ":turn"
RECONCILE: Final = PREFIX + "reconcile"
RECONCILE_LOCK: Final = RECONCILE + ":lock"
RECONCILE_CUSTOMERS: Final = RECONCILE + ":customers"
RECONCILE_TURN: Final = RECONCILE + ":turn"
CAMPAIGNS: Final = PREFIX + "campaigns"
CODES: Final = PREFIX + "codes:"
ASSIGNMENTS: Final = PREFIX + "assignments:"
MISSING: Final = PREFIX + "missing"

#: Before the id of a holder: what `IDENTITY` calls the removal of one assignment.
REMOVAL: Final = "customer.holder.assignment.deleted:"
WEBHOOK: Final = PREFIX + "webhook"
WEBHOOK_TURN: Final = WEBHOOK + ":turn"

#: Celery's hash of messages that a worker has taken and not yet acknowledged, by delivery tag.
UNACKED: Final = "unacked"

#: The queue and the job that every delivery starts with.
DELIVERIES_QUEUE: Final = "deliveries"
PROCESS: Final = "process"

#: Upper ends in seconds of the buckets that the time from received to settled is counted in.
DELAY_BUCKETS: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400)

#: Event types, each by whether a handler wants it, that have counters of their own.
MOST_EVENT_TYPES: Final = 100
