from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """
    A customer as events show one (`SimpleCustomer`): nothing is required, even `id`.

    The shop's own `source_id` is often an e-mail address, so it is hidden like the name.
    """

    id: str | None = None
    name: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    source_id: str | None = field(default=None, repr=False)
    metadata: Mapping[str, Any] | None = field(default=None, repr=False)
    object: str | None = None
