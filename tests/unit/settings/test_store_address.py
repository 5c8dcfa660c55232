from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kombu.utils.url import parse_url

from settings.store_address import StoreAddress, Tls
from settings.store_url import store_address


NONE = Tls()
REQUIRED = Tls(verify="required", check_hostname=True)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("redis://h", {"places": (("h", 6379),)}),
        ("redis://h/", {"places": (("h", 6379),)}),
        ("redis://h:6380/3", {"places": (("h", 6380),), "db": 3}),
        ("redis://h:/3", {"places": (("h", 6379),), "db": 3}),
        ("redis://h/0/", {"places": (("h", 6379),)}),
        ("redis://h/07", {"places": (("h", 6379),), "db": 7}),
        ("redis://h?db=3", {"places": (("h", 6379),), "db": 3}),
        ("redis://h/3?db=3", {"places": (("h", 6379),), "db": 3}),
        ("REDIS://Store.Example.Test/1", {"places": (("store.example.test", 6379),), "db": 1}),
        (
            "redis://my_store-1.svc.cluster.local.",
            {"places": (("my_store-1.svc.cluster.local.", 6379),)},
        ),
        ("redis://[::1]:6380/2", {"places": (("::1", 6380),), "db": 2}),
        ("redis://[2001:DB8:0::1]", {"places": (("2001:db8::1", 6379),)}),
        ("redis://:pw@h", {"places": (("h", 6379),), "password": "pw"}),
        ("redis://u@h", {"places": (("h", 6379),), "username": "u"}),
        ("redis://:@h", {"places": (("h", 6379),)}),
        (
            "redis://u:p%40%2F%3F%23%25%3B@h",
            {"places": (("h", 6379),), "username": "u", "password": "p@/?#%;"},
        ),
        ("redis://u:p@q@h", {"places": (("h", 6379),), "username": "u", "password": "p@q"}),
        ("redis://u%3Av:p:q@h", {"places": (("h", 6379),), "username": "u:v", "password": "p:q"}),
        ("redis://:sés@h", {"places": (("h", 6379),), "password": "sés"}),
        ("redis://:100%@h", {"places": (("h", 6379),), "password": "100%"}),
        ("rediss://h", {"places": (("h", 6379),), "tls": NONE}),
        ("rediss://h?ssl_cert_reqs=none", {"places": (("h", 6379),), "tls": NONE}),
        ("rediss://h?ssl_cert_reqs=CERT_NONE", {"places": (("h", 6379),), "tls": NONE}),
        ("rediss://h?ssl_cert_reqs=required", {"places": (("h", 6379),), "tls": REQUIRED}),
        (
            "rediss://h/2?ssl_cert_reqs=CERT_REQUIRED",
            {"places": (("h", 6379),), "db": 2, "tls": REQUIRED},
        ),
        (
            "rediss://h?ssl_cert_reqs=CERT_OPTIONAL",
            {"places": (("h", 6379),), "tls": Tls(verify="optional", check_hostname=True)},
        ),
        (
            "rediss://h?ssl_cert_reqs=required&ssl_check_hostname=False",
            {"places": (("h", 6379),), "tls": Tls(verify="required")},
        ),
        (
            "redis://u:p@a:1,b,[::1]:3/4",
            {
                "places": (("a", 1), ("b", 6379), ("::1", 3)),
                "db": 4,
                "username": "u",
                "password": "p",
            },
        ),
        (
            "redis+sentinel://:p@a,b:7/my-master?sentinel_password=q%2Bq+&sentinel_username=v",
            {
                "places": (("a", 26379), ("b", 7)),
                "service": "my-master",
                "password": "p",
                "sentinel_username": "v",
                "sentinel_password": "q+q+",
            },
        ),
        ("redis+sentinel://a/m/3", {"places": (("a", 26379),), "service": "m", "db": 3}),
        (
            "rediss+sentinel://a/m/?ssl_cert_reqs=required",
            {"places": (("a", 26379),), "service": "m", "tls": REQUIRED},
        ),
        ("redis+cluster://a,b:7", {"places": (("a", 6379), ("b", 7)), "is_cluster": True}),
        ("rediss+cluster://a/0", {"places": (("a", 6379),), "is_cluster": True, "tls": NONE}),
        ("unix:///run/s.sock", {"path": "/run/s.sock"}),
        ("unix:///run/s.sock?db=1", {"path": "/run/s.sock", "db": 1}),
        (
            "unix://u:p@/run/a%20b.sock?db=1",
            {"path": "/run/a b.sock", "db": 1, "username": "u", "password": "p"},
        ),
    ],
)
def test_an_address_becomes_its_parts(text: str, parts: dict[str, Any]) -> None:
    """Each form that people write has one meaning."""
    assert store_address(text) == StoreAddress(**parts)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", "such as redis://"),
        ("x7q", "such as redis://"),
        ("x7q:6379", "such as redis://"),
        ("http://x7q", "such as redis://"),
        ("valkey://x7q", "such as redis://"),
        ("redis+socket:///x7q", "such as redis://"),
        ("redis:///0", "name a host"),
        ("redis://:x7q@/0", "name a host"),
        ("redis://x7q:0", "port from 1 to 65535"),
        ("redis://x7q:70000", "such as redis://"),
        ("redis://x7q:port", "such as redis://"),
        ("redis://:x7q/y@h:6379/0", "%2F for /"),
        ("redis://[::x7q/0", "such as redis://"),
        ("redis://stöx7q.example/0", "ASCII"),
        ("redis://x7%71/0", "letters, digits"),
        ("redis://x7q,,b/0", "name a host"),
        ("redis://x7q,x7q:6379/0", "each server once"),
        ("redis://a,x7q:0/0", "port from 1 to 65535"),
        ("redis://a,x7q:port/0", "such as redis://"),
        ("redis+sentinel://x7q", "redis+sentinel://:password@s1"),
        ("redis+sentinel://x7q/my%20x7q/0", "redis+sentinel://:password@s1"),
        ("redis+sentinel://s/x7q/one", "number of its database"),
        ("redis+cluster://x7q/1", "no database but 0"),
        ("redis+cluster://x7q?db=1", "no database but 0"),
        ("redis+cluster://x7q?sentinel_password=x7q", "redis+sentinel://"),
        ("redis+cluster://x7q?ssl_cert_reqs=none", "rediss://"),
        ("sentinel://x7q:26379", "such as redis://"),
        ("unix+cluster:///run/x7q.sock", "such as redis://"),
        ("redis://x7q/perkhook", "number of its database"),
        ("redis://x7q/-1", "number of its database"),
        ("redis://x7q/0/1", "number of its database"),
        ("redis://x7q//0", "number of its database"),
        ("redis://x7q/1234567890", "number of its database"),
        ("redis://x7q/\u0663", "number of its database"),
        ("redis://x7q/1?db=2", "name one database"),
        ("redis://x7q?db=", "number of its database"),
        ("redis://x7q?db=x", "number of its database"),
        ("redis://x7q?db=1&db=2", "each option behind ? once"),
        ("redis://x7q?socket_timeout=5", "no options behind ?"),
        ("redis://x7q?x7q", "no options behind ?"),
        ("redis://x7q?protocol=3", "no options behind ?"),
        ("redis://x7q?health_check_interval=30&max_connections=2", "no options behind ?"),
        ("redis://x7q?ssl_cert_reqs=none", "begin with rediss://"),
        ("redis://x7q?virtual_host=1", "?db=1"),
        ("redis://x7q/0#", "no #"),
        ("redis://:x7#q@h/0", "no #"),
        ("redis://:12#x7q@h/0", "no #"),
        ("redis://x7q/0 1", "no blanks"),
        ("redis://x7q/\n0", "no blanks"),
        ("\ufeffredis://x7q/0", "such as redis://"),
        ("redis://:x7q%ff@h/0", "UTF-8"),
        ("redis://:x7q\udcff@h/0", "no blanks and no invisible"),
        ("rediss://x7q?ssl_cert_reqs=None", "none, optional, required"),
        ("rediss://x7q?ssl_cert_reqs=", "none, optional, required"),
        ("rediss://x7q?ssl_check_hostname=true", "ssl_cert_reqs=required"),
        ("rediss://x7q?ssl_ca_certs=/etc/hosts", "ssl_cert_reqs=required"),
        ("rediss://x7q?ssl_cert_reqs=required&ssl_check_hostname=no", "true or false"),
        ("rediss://x7q?ssl_cert_reqs=required&ssl_ca_certs=/nowhere/x7q", "a file that is there"),
        ("rediss://x7q?ssl_keyfile=/etc/hosts", "ssl_certfile with ssl_keyfile"),
        ("unix://run/x7q.sock", "unix:///run/redis.sock"),
        ("unix:///", "unix:///run/redis.sock"),
        ("unix:x7q.sock", "unix:///run/redis.sock"),
        ("unix:///run/x7q.sock?virtual_host=1", "?db=1"),
        ("unix:///run/x7q.sock?db=one", "?db=0"),
        ("unix:///run/x7q.sock?ssl_cert_reqs=none", "rediss://"),
    ],
)
def test_what_is_not_known_is_refused_with_what_to_write(text: str, advice: str) -> None:
    """Nothing is left to what a library makes of it, and nothing of the text is repeated."""
    with pytest.raises(ValueError, match=r"^must ") as refused:
        store_address(text)

    assert advice in str(refused.value)
    assert "x7q" not in str(refused.value)


def test_the_files_of_an_authority_and_of_a_login_are_taken(tmp_path: Path) -> None:
    """A file that is there is a part like others; its name may hold blanks, percent-encoded."""
    file = tmp_path / "a b.pem"
    file.write_text("", encoding="ascii")
    name = str(file).replace(" ", "%20")
    options = f"ssl_cert_reqs=required&ssl_ca_certs={name}&ssl_certfile={name}&ssl_keyfile={name}"

    found = store_address(f"rediss://h?{options}")

    assert found.tls
    assert found.tls.options == {
        "ssl_cert_reqs": "required",
        "ssl_check_hostname": True,
        "ssl_ca_certs": str(file),
        "ssl_certfile": str(file),
        "ssl_keyfile": str(file),
    }


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(username=st.none() | TEXT, password=st.none() | TEXT, db=st.integers(0, 10**9 - 1))
@example(username="a;b", password="c;d", db=1)
def test_any_login_means_the_same_to_kombu(
    username: str | None, password: str | None, db: int
) -> None:
    """Kombu reads the same parts of what is written for it as we of what a person has escaped."""
    login = quote(username or "", safe="")
    login += "" if password is None else f":{quote(password, safe='')}"

    found = store_address(f"redis://{login}@[2001:db8::1]:7000/{db}")
    kombu = parse_url(found.broker_url)

    assert (found.username, found.password, found.db) == (username, password, db)
    assert (kombu["userid"], kombu["password"]) == (username, password)
    assert found.places == ((kombu["hostname"], kombu["port"]),) == (("2001:db8::1", 7000),)
    assert kombu["virtual_host"] == str(db)
    # kombu takes what stands before and after one for two addresses.
    assert ";" not in found.broker_url


def test_neither_user_nor_password_shows() -> None:
    """What is logged of an address by accident is where it is."""
    found = repr(store_address("redis://sesame:sesame@h:1/2"))

    assert "sesame" not in found
    assert "'h'" in found
