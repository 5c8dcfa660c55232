import pytest

from sandbox.voucherify.data.options import Options, Style


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (Style(), "2025-02-03T04:05:06.780Z"),
        (Style(digits=2), "2025-02-03T04:05:06.78Z"),
        (Style(digits=6), "2025-02-03T04:05:06.780000Z"),
        (Style(zone="+00:00", digits=4), "2025-02-03T04:05:06.7800+00:00"),
    ],
)
def test_a_moment_is_the_same_in_every_style(style: Style, expected: str) -> None:
    """Only the writing changes, and nothing else in the text does."""
    text = b'{"a":"2025-02-03T04:05:06.780Z","b":"6.780Z"}'
    assert style.apply(text) == b'{"a":"%b","b":"6.780Z"}' % expected.encode()


def test_options_change_one_by_one() -> None:
    """What is not named stays as it was, until all are forgotten together."""
    options = Options()
    options.put({"index_lag": 2})
    options.put({"webhooks": {"zone": "+00:00"}})
    assert options.as_json() == {
        "rest": {"zone": "Z", "digits": 3},
        "webhooks": {"zone": "+00:00", "digits": 3},
        "index_lag": 2,
        "activity_shape": "nested",
        "activity_noise": 0,
        "project_id": "proj_perkhookSandbox",
        "metadata_put": "merge",
        "defined_metadata": None,
        "undefined_metadata_key": "invalid_customer",
    }
    options.clear()
    assert options == Options()
