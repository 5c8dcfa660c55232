"""The way over the codes of a campaign: who held each before, and who does now."""

from collections.abc import Iterator
from typing import Any

from inbox.model.assignment import Assignment, Missing, Run
from worker.reconcile.diff.removal import (
    Ending,
    RemovalEvent,
    fate,
    gone,
    missing,
    news,
    removed_at,
    told_in,
)
from worker.reconcile.source.api import LAST_PAGE, Codes, Place
from worker.reconcile.source.each import Scan
from worker.reconcile.source.holders import Listed
from worker.reconcile.source.skips import SKIPPED, Skip
from worker.voucherify.paths import PAGE


class CodeScan(Scan):
    """Looks at each code of a campaign once in a run."""

    def look(self, campaign: str, run: Run) -> None:
        """Look at those of a campaign that this run has not looked at yet."""
        self._progress.begin(campaign, self._book.read_by(campaign, run.number))
        for code, published in self._listed(campaign, run):
            self._look_at(code, campaign, run, published=published)
        # Codes that are known and not listed: deleted, or passed over while the list moved.
        for code in self._book.unread(campaign, run.number):
            self._look_at(code, campaign, run, published=True)

    def look_at_known(self, campaign: str, run: Run) -> bool:
        """
        Look at who is known to have held codes of a campaign that is not listed any more.

        Returns:
            Whether somebody is still known, so that it has to be looked at again.
        """
        self._progress.begin(campaign, self._book.read_by(campaign, run.number))
        for code in self._book.unread(campaign, run.number):
            self._look_at(code, campaign, run, published=False)
        return self._book.campaigns.has_holders(campaign)

    def _listed(self, campaign: str, run: Run) -> Iterator[tuple[str, bool]]:
        place: Place | None = _place_in(run, campaign)
        while place is not None:
            page = self._page(campaign, place)
            codes = {code["id"]: _published(code) for code in page.codes}
            runs = self._book.runs_of(campaign, list(codes))
            for (code, published), looked_at_by in zip(codes.items(), runs, strict=True):
                if looked_at_by != run.number:
                    yield code, published
            place = page.next
            if place is not None:
                self._book.move(self._caller, {}, _fields(campaign, place))
            self._end_if_all_fail("pages")

    def _page(self, campaign: str, place: Place) -> Codes:
        """Read a page of the list of codes; one that cannot be read counts as an empty one."""
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

    def _look_at(self, code: str, campaign: str, run: Run, *, published: bool) -> None:
        known = self._book.known(code, campaign)
        fresh: list[Assignment] = []
        settled: list[str] = []
        found: list[tuple[Missing, RemovalEvent | None]] = []
        # Nobody can be assigned to a code that was not published yet (API reference, Add holders
        # to referral code: not_published), so there is nobody to ask for.
        if known or published:
            try:
                listed = self._api.holders(code, campaign)
            except SKIPPED as error:
                self._skip(error, code=code, campaign=campaign)
            else:
                self._answered()
                holders = listed.holders if listed else None
                fresh = news(known, holders)
                for each, what, told in self._fates(known, listed, code, campaign):
                    self._finding.tell(each, what)
                    if what is Ending.MISSING:
                        ended = removed_at(each, (holders or {}).values(), self._finding.now())
                        found.append((missing(each, told, ended), told))
                    elif what is not Ending.YOUNG:
                        settled.append(each.holder)
        self._book.store_code(
            self._caller,
            run.number,
            code=code,
            campaign=campaign,
            seen=fresh,
            over=settled,
            missing=[each for each, _ in found],
        )
        for removal, told in found:
            self._finding.found(removal, told)
        self._progress.one_more(campaign)
        self._book.move(self._caller, self._progress.unnoted())
        self._end_if_all_fail("codes")

    def _fates(
        self, known: dict[str, Assignment], listed: Listed | None, code: str, campaign: str
    ) -> Iterator[tuple[Assignment, Ending, RemovalEvent | None]]:
        if listed is not None and listed.unnamed:
            # Whoever has no id there may be anybody who is known.
            self._progress.skip(Skip.UNDECIDED, code=code, campaign=campaign)
            return
        over = gone(known, listed.holders if listed else None)
        told_of = self._book.reported([each.holder for each in over])
        for each in over:
            if each.holder in told_of:
                yield each, Ending.TOLD, None
                continue
            try:
                activity = self._api.activity(each.customer, each.since)
                told = told_in(activity or (), each.holder)
            except SKIPPED as error:
                # They stay known, so that the next run finds them.
                self._progress.failed(error, customer=each.customer, holder=each.holder)
                continue
            what = fate(
                each,
                told,
                customer_exists=activity is not None,
                code_exists=listed is not None,
                now=self._finding.now(),
                grace=self._finding.grace,
            )
            yield each, what, told


def _place_in(run: Run, campaign: str) -> Place:
    if run.fields.get("at:campaign") != campaign:
        return Place()
    return Place(run.fields.get("at:after", ""), run.count("at:page") or 1)


def _fields(campaign: str, place: Place) -> dict[str, str | int]:
    return {"at:campaign": campaign, "at:after": place.after, "at:page": place.page}


def _published(code: dict[str, Any]) -> bool:
    # Both are null on a code that nobody has yet; where they are not told, it is asked for.
    return "holder_id" not in code or bool(code["holder_id"] or code.get("referrer_id"))
