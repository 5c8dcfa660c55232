"""One run: every code of the campaigns, or every customer named, and what nobody told of."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import structlog

from inbox.assignment import Assignment, Missing, Run
from inbox.book import Book
from worker.errors import PermanentError
from worker.reconcile.api import Place, ReconcileApi
from worker.reconcile.deliver import Delivering
from worker.reconcile.progress import Progress, Scope
from worker.reconcile.removal import (
    Fate,
    Told,
    assignment_in,
    fate,
    gone,
    missing,
    news,
    removals_in,
    removed_at,
    told_in,
)


Json = dict[str, Any]

log = structlog.get_logger()


class Reconciliation:
    """
    Runs with these collaborators.

    Args:
        api: Voucherify's, at its pace.
        book: what is known, and how far a run is.
        delivering: makes deliveries of what is found; None to find only.
        caller: names who runs it.
        grace: removals younger than this are left to their webhook.
        now: tells the time.
        progress: hears of each step.
    """

    def __init__(
        self,
        *,
        api: ReconcileApi,
        book: Book,
        delivering: Delivering | None,
        caller: str,
        grace: timedelta,
        now: Callable[[], datetime],
        progress: Progress,
    ) -> None:
        self._api = api
        self._book = book
        self._delivering = delivering
        self._caller = caller
        self._grace = grace
        self._now = now
        self._progress = progress

    def run(self, scope: Scope, run: Run) -> None:
        """
        Go on with a run from where it is to its end.

        Raises:
            RetryableError, PermanentError: the API did not answer, or refused; the run can be
                gone on with.
            InboxUnavailableError: the store took no delivery; the same.
            RunLostError: another run has taken over.
        """
        if self._delivering:
            # What an earlier run found and did not deliver, as one that was to find only.
            for found in list(self._book.missing()):
                self._deliver(found)
        if scope.customers:
            self._look_at_customers(scope, run)
        else:
            for campaign in self._campaigns(scope, run):
                self._look_at_campaign(campaign, run)
                self._book.move(self._caller, **{f"done:{campaign}": 1})
        self._book.move(self._caller, self._progress.unnoted(), state="finished")

    def _campaigns(self, scope: Scope, run: Run) -> Iterator[str]:
        listed = [(each, 0) for each in scope.campaigns] or [
            (str(each["id"]), each.get("vouchers_count")) for each in self._api.campaigns()
        ]
        todo = [pair for pair in listed if not run.count(f"done:{pair[0]}")]
        self._progress.campaigns(todo)
        for campaign, _ in todo:
            yield campaign

    def _look_at_campaign(self, campaign: str, run: Run) -> None:
        place: Place | None = _place_in(run, campaign)
        self._progress.begin(campaign, self._book.looked_at(campaign, run.number))
        while place is not None:
            page = self._api.codes(campaign, place)
            self._progress.expect(campaign, page.total)
            names = [str(each["id"]) for each in page.codes if each.get("id")]
            runs = self._book.runs_of(campaign, names)
            for code, name, looked_by in zip(page.codes, names, runs, strict=False):
                if looked_by != run.number:
                    self._look_at_code(campaign, name, run, published=_published(code))
            place = page.next
            if place is not None:
                at = {"at:campaign": campaign, "at:after": place.after, "at:page": place.page}
                self._book.move(self._caller, {}, **at)
        # Codes that are known and not listed: deleted, or passed over while the list moved.
        for name in self._book.not_looked_at(campaign, run.number):
            self._look_at_code(campaign, name, run, published=True)

    def _look_at_code(self, campaign: str, code: str, run: Run, *, published: bool) -> None:
        known = self._book.known(code, campaign)
        found: list[tuple[Missing, Told | None]] = []
        settled: list[str] = []
        fresh: list[Assignment] = []
        # Nobody can be assigned to a code that was not published yet (Add holders to referral
        # code: `not_published`), so there is nobody to ask for.
        if known or published:
            try:
                listed = self._api.holders(code, campaign)
                over = gone(known, listed)
                fresh = news(known, listed)
                for each, what, told in self._fates(over, code_exists=listed is not None):
                    self._progress.count(what, noted=what is Fate.MISSING)
                    if what is Fate.MISSING:
                        ended = removed_at(each, (listed or {}).values(), self._now())
                        found.append((missing(each, told, ended), told))
                    elif what is not Fate.YOUNG:
                        settled.append(each.holder)
                        self._tell_of(each, what)
            except PermanentError as error:
                # One code that cannot be asked for must not keep all others from being looked at.
                self._progress.count("refused")
                log.warning("reconcile.code_refused", reason=error.reason, code=code)
        self._book.looked(
            self._caller,
            run.number,
            code=code,
            campaign=campaign,
            seen=fresh,
            settled=settled,
            missing=[each for each, _ in found],
        )
        self._found(found)
        self._progress.one_more(campaign)
        self._book.move(self._caller, self._progress.unnoted())

    def _fates(
        self, over: list[Assignment], *, code_exists: bool
    ) -> Iterator[tuple[Assignment, Fate, Told | None]]:
        told_of = self._book.told_of([each.holder for each in over])
        for each in over:
            if each.holder in told_of:
                yield each, Fate.TOLD, None
                continue
            activity = self._api.activity(each.customer, each.since)
            told = told_in(activity or (), each.holder)
            what = fate(
                each,
                told,
                customer_exists=activity is not None,
                code_exists=code_exists,
                now=self._now(),
                grace=self._grace,
            )
            yield each, what, told

    def _look_at_customers(self, scope: Scope, run: Run) -> None:
        begin = run.count("at:customer")
        self._progress.campaigns([(scope.text, len(scope.customers))])
        self._progress.begin(scope.text, begin)
        for number, customer in enumerate(scope.customers[begin:], start=begin + 1):
            self._look_at_customer(customer, scope)
            self._progress.one_more(scope.text)
            at = {"at:customer": number}
            self._book.move(self._caller, self._progress.unnoted(), **at)

    def _look_at_customer(self, customer: str, scope: Scope) -> None:
        activity = self._api.activity(customer, scope.since)
        if activity is None:
            self._progress.count(Fate.CUSTOMER_GONE)
            return
        removals = [
            (assignment, told)
            for told in removals_in(activity)
            if (assignment := assignment_in(told.item))
            and assignment.customer == customer
            and (not scope.campaigns or assignment.campaign in scope.campaigns)
        ]
        told_of = self._book.told_of([each.holder for each, _ in removals])
        for each, told in removals:
            if each.holder in told_of:
                self._progress.count(Fate.TOLD)
            elif self._now() - told.at < self._grace:
                self._progress.count(Fate.YOUNG)
            else:
                self._progress.count(Fate.MISSING, noted=True)
                found = missing(each, told, told.at)
                self._book.looked(
                    self._caller, None, code=each.code, campaign=each.campaign, missing=[found]
                )
                self._found([(found, told)])

    def _found(self, found: list[tuple[Missing, Told | None]]) -> None:
        for each, told in found:
            self._progress.found(each)
            if self._delivering:
                self._deliver(each, told)

    def _deliver(self, found: Missing, told: Told | None = None) -> None:
        assert self._delivering is not None  # noqa: S101 - asked by who calls this
        came_to, delivery = self._delivering.deliver(found, told)
        self._book.settle(self._caller, found.assignment.holder, came_to)
        self._progress.count(came_to, noted=True)
        log.warning(
            "reconcile.delivered" if delivery else "reconcile.told_meanwhile",
            holder=found.assignment.holder,
            campaign=found.assignment.campaign,
            event_id=found.event or None,
            delivery=delivery or None,
        )

    def _tell_of(self, each: Assignment, what: Fate) -> None:
        if what in {Fate.CODE_GONE, Fate.CUSTOMER_GONE}:
            self._progress.for_a_person(each, what)
            log.warning(
                "reconcile.for_a_person",
                why=str(what),
                holder=each.holder,
                campaign=each.campaign,
                code=each.code,
            )


def _place_in(run: Run, campaign: str) -> Place:
    if run.fields.get("at:campaign") != campaign:
        return Place()
    return Place(run.fields.get("at:after", ""), run.count("at:page") or 1)


def _published(code: Json) -> bool:
    return "holder_id" not in code or bool(code.get("holder_id") or code.get("referrer_id"))
