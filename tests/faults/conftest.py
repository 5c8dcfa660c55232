from tests.acceptance.conftest import make_product


__all__ = ["make_product"]
