"""
Redacted bodies, for customers that are erased: pure functions over bytes.

Only listed names and values are kept, so that an unknown field is erased and not kept: ids, words
of Voucherify's own vocabulary, times, numbers and flags, in the objects that decisions read. Free
text is never kept, nor anything under a name that a shop or a person chose (metadata, addresses,
loyalty programmes).
"""

import json
import math
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from typing import Any, Final


#: A body of which nothing can be kept.
NOTHING: Final = b"{}"

#: Digits of an integer; longer ones are refused when the body is processed, too.
_MOST_DIGITS: Final = 640

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_WORD: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}|[a-z][a-z0-9]{0,39}(?:[_.][A-Za-z0-9]{1,39}){0,7}")
_TIME: Final = re.compile(r"\s*[0-9][0-9TWZtwz:.,+\-\s]{3,63}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?")

_CUSTOMER: Final = re.compile(rb"(?<![A-Za-z0-9_-])cust_[A-Za-z0-9_-]{1,123}(?![A-Za-z0-9_-])")

#: Ids that one body can be about; more of them are no webhook of Voucherify's.
_MOST_CUSTOMERS: Final = 50

#: Where a body names the owner of the code that its customer came by.
_REFERRER: Final = frozenset({"referrer_id", "holder_id"})


def is_customer_id(text: str) -> bool:
    """Return whether this has the form of an id, so that it may stand in keys and records."""
    return _ID.fullmatch(text) is not None


def redacted(body: bytes) -> bytes:
    """
    Return a body with what decisions need, and nothing personal.

    What is no JSON object, or could be read in two ways, becomes an empty object: nothing may
    become acceptable by being erased. The same holds for an id without the form of one, because
    a decision about one customer must not fall back on another.
    """
    try:
        document = _read(body)
        kept = _object(document) if isinstance(document, dict) else {}
        return json.dumps(kept, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return NOTHING


def concerns(body: bytes, customer: str) -> bool:
    """
    Return whether a body is about this customer.

    It is if it holds the id anywhere but as the owner of the code that another customer came by.
    Of what is no JSON, each mention counts.
    """
    if customer.encode() not in body:
        return False
    whole = re.compile(rf"(?<![A-Za-z0-9_-]){re.escape(customer)}(?![A-Za-z0-9_-])")
    try:
        return any(whole.search(text) for text in _texts(_read(body)))
    except (ValueError, RecursionError):
        return whole.search(body.decode("utf-8", "replace")) is not None


def customers_in(body: bytes) -> list[str]:
    """Return the customers that an unprocessed body may be about."""
    found = dict.fromkeys(match.decode() for match in _CUSTOMER.findall(body))
    return [each for each in list(found)[:_MOST_CUSTOMERS] if concerns(body, each)]


def _read(body: bytes) -> Any:
    return json.loads(
        body.removeprefix(BOM_UTF8).decode("utf-8"),
        object_pairs_hook=_members,
        parse_constant=_refuse,
        parse_int=_integer,
        parse_float=_real,
    )


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    return members if len(members) == len(pairs) else _refuse("a name twice")


def _integer(digits: str) -> int:
    return int(digits) if len(digits) <= _MOST_DIGITS else _refuse("too long")


def _real(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse("too large")


def _refuse(what: str) -> Any:
    raise ValueError(what)


def _texts(document: Any) -> Iterator[str]:
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            yield from value
            waiting.extend(value[name] for name in value if name not in _REFERRER)


class _Dropped:
    """Stands for a value that is not kept."""


def _object(members: dict[str, Any]) -> dict[str, Any]:
    kept = {
        name: keep(value) if value is not None else None
        for name, value in members.items()
        if (keep := _KEPT.get(name))
    }
    return {name: value for name, value in kept.items() if value is not _Dropped}


def _part(value: Any) -> Any:
    if isinstance(value, list):
        # What is no object leaves a gap, so that the list is read as before.
        return [_object(item) if isinstance(item, dict) else None for item in value]
    return _object(value) if isinstance(value, dict) else _Dropped


def _id(value: Any) -> Any:
    if not isinstance(value, str):
        return _Dropped
    # One of blanks is kept as it is: no decision may fall back on another field for it.
    if value.strip() and not is_customer_id(value):
        return _refuse("an id that has not the form of one")
    return value


def _word(value: Any) -> Any:
    if not isinstance(value, str):
        return _Dropped
    # An unknown word stays one, or a decision would fall back on another field.
    return "?" if value.strip() and not _WORD.fullmatch(value) else value


def _time(value: Any) -> Any:
    return value if isinstance(value, str) and _TIME.fullmatch(value) else _Dropped


def _number(value: Any) -> Any:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    text = isinstance(value, str) and _NUMBER.fullmatch(value)
    return value if number or text else _Dropped


def _points(value: Any) -> Any:
    # How many, or in events about pending points what they are.
    return _object(value) if isinstance(value, dict) else _number(value)


def _flag(value: Any) -> Any:
    return value if isinstance(value, bool) else _Dropped


def _names(keep: Callable[[Any], Any], names: str) -> dict[str, Callable[[Any], Any]]:
    return dict.fromkeys(names.split(), keep)


#: The names that are kept, wherever they stand, with what may stand under them. A customer's
#: `source_id` is not among them: it is often an e-mail address, or made from a name.
_KEPT: Final[dict[str, Callable[[Any], Any]]] = {
    **_names(
        _part,
        "data event holder voucher campaign customer source event_source api_key user gift "
        "discount loyalty_card redemption referral_program referee_reward related_object_parent "
        "custom_event categories units product sku code_config expiration_rules order "
        "redemption_rollback publication reward loyalty_tier loyalty_tier_from loyalty_tier_to "
        "segment assignment rule",
    ),
    **_names(
        _id,
        "id project_id entity_id group_id app_id customer_id redeemable_id campaign_id "
        "publication_id holder_id referrer_id category_id",
    ),
    **_names(
        _word,
        "type object channel holder_role redeemable_object campaign_type voucher_type effect "
        "conversion_event_type unit_type stacking_rules_type period_type rounding_type",
    ),
    **_names(
        _time, "created_at updated_at start_date expiration_date next_expiration_date"
    ),
    **_names(
        _number,
        "amount balance points expired_points subtracted_points "
        "next_expiration_points amount_off amount_limit aggregated_amount_limit percent_off "
        "fixed_amount unit_off quantity redeemed_quantity hierarchy length initial_count "
        "period_value rounding_value fixed_month fixed_day",
    ),
    "pending_points": _points,
    **_names(_flag, "is_referral_code auto_join join_once active is_dynamic"),
}  # fmt: skip
