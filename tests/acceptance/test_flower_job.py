"""One job on the Failed tab of the real Flower."""

from pathlib import Path

from redis import Redis

from tests.acceptance.tab import make_house, running_tab


def test_an_unexpected_error_is_shown_with_its_places(
    store: Redis, redis_url: str, tmp_path: Path
) -> None:
    """On the job's page as text, folded up, and in the API; a run without them shows none."""
    house = make_house(store)
    plain, claim = house.failed(b"plain"), house.process(b"unexpected")
    trace = "worker/flow.py:120 in <b>_handle\nKeyError"
    house.jobs.fail(claim, "unexpected:KeyError", "KeyError at act.py:7 in act", trace)

    with running_tab(tmp_path / "log", redis_url) as tab:
        page = tab.get(f"/failed/job/{claim.job}").body.decode()
        (run,) = tab.get(f"/failed/api/job/{claim.job}").json["job"]["runs"]
        other = tab.get(f"/failed/job/{plain}").body.decode()

    assert "worker/flow.py:120 in &lt;b&gt;_handle\nKeyError</code>" in page
    assert run["trace"] == trace
    assert "Where it was" not in other
