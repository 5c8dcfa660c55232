"""The way over the codes of a campaign: who held each before, and who does now."""

from collections.abc import Iterator
from typing import Any

import structlog

from inbox.assignment import Assignment, Missing, Run
from worker.errors import PermanentError
from worker.reconcile.api import Place
from worker.reconcile.looking import Looking
from worker.reconcile.removal import Fate, Told, fate, gone, missing, news, removed_at, told_in


log = structlog.get_logger()


class LookingAtCodes(Looking):
    """Looks at each code of a campaign once in a run."""

    def look(self, campaign: str, run: Run) -> None:
        """Look at those of a campaign that this run has not looked at yet."""
        self._progress.begin(campaign, self._book.looked_at(campaign, run.number))
        for code, published in self._listed(campaign, run):
            self._look_at(code, campaign, run, published=published)
        # Codes that are known and not listed: deleted, or passed over while the list moved.
        for code in self._book.not_looked_at(campaign, run.number):
            self._look_at(code, campaign, run, published=True)

    def _listed(self, campaign: str, run: Run) -> Iterator[tuple[str, bool]]:
        place: Place | None = _place_in(run, campaign)
        while place is not None:
            page = self._api.codes(campaign, place)
            self._progress.expect({campaign: page.total})
            codes = {str(code["id"]): _published(code) for code in page.codes if code.get("id")}
            runs = self._book.runs_of(campaign, list(codes))
            for (code, published), looked_at_by in zip(codes.items(), runs, strict=True):
                if looked_at_by != run.number:
                    yield code, published
            place = page.next
            if place is not None:
                self._book.move(self._caller, {}, _fields(campaign, place))

    def _look_at(self, code: str, campaign: str, run: Run, *, published: bool) -> None:
        known = self._book.known(code, campaign)
        fresh: list[Assignment] = []
        settled: list[str] = []
        found: list[tuple[Missing, Told | None]] = []
        # Nobody can be assigned to a code that was not published yet (API reference, Add holders
        # to referral code: not_published), so there is nobody to ask for.
        if known or published:
            try:
                listed = self._api.holders(code, campaign)
                fresh = news(known, listed)
                for each, what, told in self._fates(known, listed):
                    self._finding.tell(each, what)
                    if what is Fate.MISSING:
                        ended = removed_at(each, (listed or {}).values(), self._finding.now())
                        found.append((missing(each, told, ended), told))
                    elif what is not Fate.YOUNG:
                        settled.append(each.holder)
            except PermanentError as error:
                # One code that cannot be asked for must not keep others from being looked at.
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
        for removal, told in found:
            self._finding.found(removal, told)
        self._progress.one_more(campaign)
        self._book.move(self._caller, self._progress.unnoted())

    def _fates(
        self, known: dict[str, Assignment], listed: dict[str, Assignment] | None
    ) -> Iterator[tuple[Assignment, Fate, Told | None]]:
        over = gone(known, listed)
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
