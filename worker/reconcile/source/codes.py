"""Compares the holders of each code of a campaign with those known before."""

from collections.abc import Iterator
from typing import Any

from inbox.model.assignment import Assignment, Missing, Run
from worker.reconcile.diff.removal import (
    RemovalEvent,
    ending_of,
    gone,
    missing,
    news,
    removal_in,
    removed_at,
)
from worker.reconcile.outcomes import SKIPPED, Ending, Skip
from worker.reconcile.source.api import LAST_PAGE, Codes, Place
from worker.reconcile.source.each import Scan
from worker.reconcile.source.holders import Listed
from worker.voucherify.reads import PAGE


class CodeScan(Scan):
    """Checks each code of a campaign once in a run."""

    def check(self, campaign: str, run: Run) -> None:
        """Check those of a campaign that this run has not checked yet."""
        self._progress.begin(campaign, self._registry.read_by(campaign, run.number))
        for code, published in self._listed(campaign, run):
            self._check(code, campaign, run, published=published)
        # Codes that are known and not listed: deleted, or missed while the list moved.
        for code in self._registry.unread(campaign, run.number):
            self._check(code, campaign, run, published=True)

    def check_known(self, campaign: str, run: Run) -> bool:
        """
        Check the known holders of a campaign that is no longer listed.

        Returns:
            Whether holders remain, so that the next run must check it again.
        """
        self._progress.begin(campaign, self._registry.read_by(campaign, run.number))
        for code in self._registry.unread(campaign, run.number):
            self._check(code, campaign, run, published=False)
        return self._registry.campaigns.has_holders(campaign)

    def _listed(self, campaign: str, run: Run) -> Iterator[tuple[str, bool]]:
        place: Place | None = _place_in(run, campaign)
        while place is not None:
            page = self._page(campaign, place)
            codes = {code["id"]: _published(code) for code in page.codes}
            runs = self._registry.runs_of(campaign, list(codes))
            for (code, published), checked_by in zip(codes.items(), runs, strict=True):
                if checked_by != run.number:
                    yield code, published
            place = page.next
            if place is not None:
                self._registry.move(self._caller, {}, _fields(campaign, place))
            self._end_if_all_fail("pages")

    def _page(self, campaign: str, place: Place) -> Codes:
        """Return a page of the list of codes; one that cannot be read counts as empty."""
        try:
            page = self._api.codes(campaign, place)
        except SKIPPED as error:
            self._skip(error, campaign=campaign, page=str(place.page))
            total = self._progress.totals.get(campaign, 0)
            more = place.page < min(LAST_PAGE, -(-total // PAGE))
            return Codes((), total, Place(place.after, place.page + 1) if more else None)
        self._answered()
        self._progress.expect({campaign: page.total})
        return page

    def _check(self, code: str, campaign: str, run: Run, *, published: bool) -> None:
        known = self._registry.known(code, campaign)
        fresh: list[Assignment] = []
        over: list[str] = []
        found: list[tuple[Missing, RemovalEvent | None]] = []
        # A code that was not published yet cannot have holders (API reference, Add holders to
        # referral code: not_published).
        if known or published:
            try:
                listed = self._api.holders(code, campaign)
            except SKIPPED as error:
                self._skip(error, code=code, campaign=campaign)
            else:
                self._answered()
                holders = listed.holders if listed else None
                fresh = news(known, holders)
                for each, what, removal in self._endings(known, listed, code, campaign):
                    self._finding.count(each, what)
                    if what is Ending.MISSING:
                        ended = removed_at(each, (holders or {}).values(), self._finding.now())
                        found.append((missing(each, removal, ended), removal))
                    elif what is not Ending.YOUNG:
                        over.append(each.holder)
        self._registry.store_code(
            self._caller,
            run.number,
            code=code,
            campaign=campaign,
            seen=fresh,
            over=over,
            missing=[each for each, _ in found],
        )
        for gap, removal in found:
            self._finding.found(gap, removal)
        self._progress.one_more(campaign)
        self._registry.move(self._caller, self._progress.unnoted())
        self._end_if_all_fail("codes")

    def _endings(
        self, known: dict[str, Assignment], listed: Listed | None, code: str, campaign: str
    ) -> Iterator[tuple[Assignment, Ending, RemovalEvent | None]]:
        if listed is not None and listed.unnamed:
            # A holder without an id may be any of those known.
            self._progress.skip(Skip.UNDECIDED, code=code, campaign=campaign)
            return
        over = gone(known, listed.holders if listed else None)
        reported = self._registry.reported([each.holder for each in over])
        for each in over:
            if each.holder in reported:
                yield each, Ending.REPORTED, None
                continue
            try:
                activity = self._api.activity(each.customer, each.since)
                removal = removal_in(activity or (), each.holder)
            except SKIPPED as error:
                # They stay known, so that the next run finds them.
                self._progress.failed(error, customer=each.customer, holder=each.holder)
                continue
            what = ending_of(
                each,
                removal,
                customer_exists=activity is not None,
                code_exists=listed is not None,
                now=self._finding.now(),
                grace=self._finding.grace,
            )
            yield each, what, removal


def _place_in(run: Run, campaign: str) -> Place:
    if run.fields.get("at:campaign") != campaign:
        return Place()
    return Place(run.fields.get("at:after", ""), run.count("at:page") or 1)


def _fields(campaign: str, place: Place) -> dict[str, str | int]:
    return {"at:campaign": campaign, "at:after": place.after, "at:page": place.page}


def _published(code: dict[str, Any]) -> bool:
    # Both are null on a code without an owner; where they are missing, its holders are read.
    return "holder_id" not in code or bool(code["holder_id"] or code.get("referrer_id"))
