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
    """The README's block takes a reward back for a pretty-printed body of someone's own."""
    need("curl")
    need("openssl")
    product = make_product()
    block = re.search(r"```sh\n(secret=.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block is not None
    script = block.group(1).replace("http://127.0.0.1:8000", product.receiver_url)
    script = script.replace("http://127.0.0.1:8800", product.sandbox_url)
    (tmp_path / "body.json").write_text(json.dumps(samples.assignment_deleted(), indent=2))

    answer = subprocess.run(
        ["sh", "-ec", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    adopted, accepted = (json.loads(line) for line in answer.stdout.splitlines())
    product.wait_until_settled()
    ended = product.inbox("show", accepted["delivery"])["ended"]
    took = f"took back 500 from card {adopted['card']}, marked the customer"
    assert ended["revoke_referral_perks"] == took
    assert ended["notify_crm"] == "the CRM service took the note"
