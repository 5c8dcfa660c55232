from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.callers import CallerRule, as_address
from settings.places import VOUCHERIFY_ADDRESSES, networks


def rule(allowed: str, hops: int = 0) -> CallerRule:
    """Make a rule from the texts a person would set."""
    return CallerRule(allowed=networks(allowed), proxy_hops=hops)


@pytest.mark.parametrize(
    ("allowed", "peer", "right"),
    [
        ("", "203.0.113.9", True),
        ("", "not an address", True),
        ("203.0.113.9", "203.0.113.9", True),
        ("203.0.113.9", "203.0.113.10", False),
        ("203.0.113.0/24", "203.0.113.255", True),
        ("203.0.113.0/24", "203.0.114.0", False),
        ("198.51.100.1, 203.0.113.0/24", "203.0.113.7", True),
        ("2001:db8::/32", "2001:db8::5", True),
        ("2001:db8::/32", "2001:db9::5", False),
        ("2001:db8::/32", "203.0.113.9", False),
        ("203.0.113.0/24", "::ffff:203.0.113.9", True),
        ("203.0.113.0/24", "::ffff:198.51.100.1", False),
        ("0.0.0.0/0", "::1", False),
        ("203.0.113.0/24", "", False),
        # Ports and brackets: Azure Application Gateway, AWS with xff_client_port (rack/rack#1227).
        ("203.0.113.0/24", "203.0.113.9:4711", True),
        ("203.0.113.0/24", "203.0.114.9:4711", False),
        ("2001:db8::/32", "[2001:db8::5]:51234", True),
        ("2001:db8::/32", "[2001:db8::5]", True),
        ("2001:db8::/32", "[2001:db9::5]:51234", False),
        ("203.0.113.0/24", "[::ffff:203.0.113.9]:443", True),
        ("::ffff:203.0.113.9", "203.0.113.9", False),
        ("::ffff:203.0.113.9", "::ffff:203.0.113.9", True),
        ("fe80::/10", "fe80::1%eth0", True),
        ("fe80::/10", "[fe80::1%eth0]:80", True),
        # Without brackets the last group is no port.
        ("2001:db8::5", "2001:db8::5:443", False),
        ("0.0.0.0/0,::/0", "localhost", False),
    ],
)
def test_the_peer_is_compared_with_what_is_allowed(allowed: str, peer: str, right: bool) -> None:
    """None named lets everybody in; else only addresses inside, and garbage is outside."""
    assert rule(allowed).allows(peer, "") is right


@pytest.mark.parametrize("region", sorted(VOUCHERIFY_ADDRESSES))
def test_a_region_stands_for_its_addresses(region: str) -> None:
    """A region's word lets in that region's addresses and no other region's."""
    for name, addresses in VOUCHERIFY_ADDRESSES.items():
        for address in addresses:
            assert rule(f"{region}, 192.0.2.1").allows(address, "") is (name == region)


PROXY, OUTER = "10.0.0.1", "10.0.0.2"
CALLER, FORGED = "198.51.100.7", "203.0.113.1"


@pytest.mark.parametrize(
    ("hops", "peer", "forwarded_for", "caller"),
    [
        # No one is trusted: the header is only what the caller says of itself.
        (0, CALLER, "", CALLER),
        (0, CALLER, FORGED, CALLER),
        # One proxy added what it saw; further left stands what the caller sent.
        (1, PROXY, CALLER, CALLER),
        (1, PROXY, f"{FORGED}, {CALLER}", CALLER),
        (1, PROXY, f"{FORGED},{FORGED},{FORGED} ,{CALLER}", CALLER),
        (1, PROXY, f"{FORGED},,  ,{CALLER},", CALLER),
        # Two proxies: the inner one added the outer one's address.
        (2, PROXY, f"{CALLER}, {OUTER}", CALLER),
        (2, PROXY, f"{FORGED}, {CALLER}, {OUTER}", CALLER),
        # It did not come through the proxies: the connection itself cannot be forged.
        (1, CALLER, "", CALLER),
        (2, CALLER, FORGED, CALLER),
        (2, CALLER, "", CALLER),
        (10, CALLER, FORGED, CALLER),
    ],
)
def test_the_caller_is_the_one_that_the_outermost_trusted_proxy_saw(
    hops: int, peer: str, forwarded_for: str, caller: str
) -> None:
    """Counted from the right, hop by hop; what stands further left is never believed."""
    found = CallerRule(proxy_hops=hops).caller(peer, forwarded_for)

    assert found == caller


@given(st.lists(st.ip_addresses().map(str) | st.text(max_size=9), max_size=6), st.integers(1, 3))
def test_what_a_caller_sends_never_changes_who_it_is(sent: list[str], hops: int) -> None:
    """Behind proxies that each add what they saw, no header of the caller lets it in."""
    added = [CALLER, *(f"10.0.0.{hop}" for hop in range(hops - 1))]

    allowed = rule(FORGED, hops).allows(PROXY, ",".join([*sent, *added]))

    assert not allowed


@pytest.mark.parametrize(
    "garbage",
    [
        *("unknown", "_hidden", "unknown:80", "198.51.100", "%", "unix:", "localhost:80"),
        *("198.51.100.7:", "198.51.100.7:x", "198.51.100.7:_p", "198.51.100.7:123456"),
        *("198.51.100.7:80:80", "198.51.100.7 :80", "[198.51.100.7]", "[198.51.100.7]:80"),
        *("[2001:db8::5", "2001:db8::5]", "[[2001:db8::5]]", "[2001:db8::5]80", "[]", "[]:80"),
        *("[2001:db8::5]:x", '"[2001:db8::5]"', "198.51.100.7:\u0661", "198.51.100.7/32"),
    ],
)
def test_a_caller_that_is_no_address_is_not_let_in(garbage: str) -> None:
    """What a proxy wrote in place of an address is in no network, not even the widest."""
    assert not rule("0.0.0.0/0,::/0", 1).allows(PROXY, garbage)


@given(st.ip_addresses(), st.integers(0, 65535) | st.none(), st.booleans())
def test_any_address_is_read_as_proxies_write_it(
    address: IPv4Address | IPv6Address, port: int | None, brackets: bool
) -> None:
    """With or without a port and brackets it is the same address."""
    text = str(address)
    if isinstance(address, IPv6Address) and (brackets or port is not None):
        text = f"[{text}]"

    assert as_address(text if port is None else f"{text}:{port}") == address


@pytest.mark.parametrize(
    ("hops", "forwarded_for", "words"),
    [
        (0, "", "the caller's address is not in ALLOWED_IPS"),
        (0, CALLER, "set TRUSTED_PROXY_HOPS"),
        (1, CALLER, "the caller's address is not in ALLOWED_IPS"),
        (2, CALLER, "fewer than TRUSTED_PROXY_HOPS"),
        (1, "unknown", "is not an address"),
    ],
)
def test_the_advice_fits_what_came(hops: int, forwarded_for: str, words: str) -> None:
    """Who has set TRUSTED_PROXY_HOPS is not advised to set it; no address is repeated."""
    advice = rule(FORGED, hops).advice(PROXY, forwarded_for)

    assert words in advice
    assert ("set TRUSTED_PROXY_HOPS" in advice) == (hops == 0 and forwarded_for != "")
    assert CALLER not in advice


def test_a_very_long_header_is_counted_like_any_other() -> None:
    """Thousands of forged addresses do not hide the one that the proxy added."""
    assert rule(CALLER, 1).allows(PROXY, f"{FORGED}," * 4000 + CALLER)


@pytest.mark.parametrize(
    "value", ["eu2", "EU1", "10.0.0.1/8", "10.0.0.0/33", "1.2.3", "::1::", "a.example", "eu1;us1"]
)
def test_a_wrong_list_is_refused_without_repeating_it(value: str) -> None:
    """What is no address, network or region is refused; the sentence says what would be one."""
    with pytest.raises(
        ValueError, match=r"must hold addresses, networks .* eu1, us1, as1"
    ) as found:
        networks(f"10.0.0.0/8, {value}")

    assert value not in str(found.value).replace("eu1, us1, as1", "")
    assert found.value.__cause__ is None
