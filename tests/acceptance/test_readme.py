"""The README's steps, run as they stand there."""

import json
import re
import subprocess
from pathlib import Path

from tests import samples
from tests.acceptance.conftest import MakeProduct
from tests.processes import ROOT
from tests.programs import need


def test_a_body_signed_with_openssl_and_sent_with_curl_is_handled(
    make_product: MakeProduct, tmp_path: Path
) -> None:
    """The README's block signs a body, pretty-printed or not, and the worker settles it."""
    need("curl")
    need("openssl")
    product = make_product(PERKS_BACKEND="dry-run")
    block = re.search(r"```sh\n(secret=.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block is not None
    script = block.group(1).replace("http://127.0.0.1:8000", product.receiver_url)
    (tmp_path / "body.json").write_text(json.dumps(samples.assignment_deleted(), indent=2))

    answer = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    delivery = json.loads(answer.stdout)["delivery"]
    product.wait_until_settled()
    ended = product.inbox("show", delivery)["ended"]
    assert ended["revoke_referral_perks"].startswith("dry run: would take back")
    assert ended["notify_crm"] == "the CRM service took the note"
