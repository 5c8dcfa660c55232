from inbox.effects import Effects
from inbox.plans import Draft
from schemas import HolderAssignmentDeleted
from worker.perks.settings import PerksSettings
from worker.perks.voucherify.api import VoucherifyApi
from worker.perks.voucherify.http import VoucherifyHttp
from worker.revocation.client import RevocationClient
from worker.revocation.decide import decide
from worker.revocation.draft import draft
from worker.revocation.execute import carry_out
from worker.revocation.find import find
from worker.revocation.needs import needs
from worker.revocation.policies import Policies
from worker.services import Job


class VoucherifyPerks:
    """
    Takes perks back over Voucherify's REST API: look up, decide, act.

    What is decided is a pure function of what was looked up (`worker.revocation.decide`); what
    is done is done once, by the ledger and by the names that balance changes carry
    (`worker.revocation.balance`).
    """

    def __init__(self, api: RevocationClient, effects: Effects, policies: Policies) -> None:
        self._api = api
        self._effects = effects
        self._policies = policies

    @classmethod
    def from_settings(cls, settings: PerksSettings, effects: Effects) -> "VoucherifyPerks":
        """Make the backend with a client of its own."""
        return cls(make_api(settings), effects, settings.policies)

    def revoke(self, event: HolderAssignmentDeleted, job: Job) -> str:
        """Take back what the removed assignment had earned."""
        wanted = needs(event, self._policies)
        if not wanted.presence:
            return "nothing to take back: not a referral role"
        found = find(event, wanted, self._api, job)
        plan = decide(event, found, self._policies, looks=job.tries)
        return carry_out(plan, event, self._api, self._effects, job)

    def plan(self, event: HolderAssignmentDeleted, job: Job) -> Draft:
        """Look up and decide as `revoke` does, and read what the ledger has of it."""
        wanted = needs(event, self._policies)
        if not wanted.presence:
            return Draft(reason="nothing to take back: not a referral role")
        found = find(event, wanted, self._api, job)
        plan = decide(event, found, self._policies, looks=job.tries)
        return draft(plan, event, wanted, found, self._effects.get)

    def close(self) -> None:
        """Give up connections."""
        self._api.close()


def make_api(settings: PerksSettings) -> VoucherifyApi:
    """Make the API with the settings' address and keys."""
    return VoucherifyApi(
        VoucherifyHttp(
            settings.voucherify_url, settings.voucherify_app_id, settings.voucherify_app_token
        )
    )
