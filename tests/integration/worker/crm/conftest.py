from collections.abc import Iterator

import pytest

from tests.integration.worker.crm.account import ID_PROPERTY, Account, Customer
from tests.integration.worker.shop import Shop
from tests.samples import PERSONAL
from worker.backends.crm.hubspot.backend import HubSpotCrm


@pytest.fixture
def account(shop: Shop) -> Account:
    """An account with the properties and no contacts."""
    account = Account(shop)
    account.make_ready()
    return account


@pytest.fixture(scope="session")
def crm(served_shop: Shop) -> Iterator[HubSpotCrm]:
    """The backend with the account's token; it remembers nothing between jobs."""
    made = Account(served_shop).crm()
    yield made
    made.close()


@pytest.fixture
def customer(account: Account, crm: HubSpotCrm) -> Customer:
    """A customer who is a contact, by id and by address."""
    contact = account.contact(email=PERSONAL[1], **{ID_PROPERTY: PERSONAL[2]})
    return Customer(account, crm, contact)
