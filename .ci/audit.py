"""
Looks the locked requirements up among known vulnerabilities, by pip-audit.

Fails on what was found, and when pip-audit itself does not work; not when its data cannot be
reached, which it says, for a change must not wait for somebody else's server.
"""

# ruff: noqa: INP001
import json
import subprocess
import sys
from pathlib import Path


ROOT = Path(__file__).parent.parent

#: How errors of the network are called, in requests' and pip-audit's words. A certificate that is
#: not trusted belongs to somebody in between, not to the list.
AWAY = ("ConnectionError", "ProxyError", "SSLError", "Timeout", "ServiceError")

#: Seconds for all look-ups.
PATIENCE_SECONDS = 300


def main(pip_audit: str) -> int:
    """Run pip-audit over the locked requirements; return the exit code."""
    command = [pip_audit, "--require-hashes", "--disable-pip", "--progress-spinner", "off"]
    command += ["--timeout", "15", "--format", "json"]
    for name in ("requirements.txt", "requirements-dev.txt"):
        command += ["--requirement", str(ROOT / name)]
    try:
        ran = subprocess.run(  # noqa: S603 - the command is ours
            command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
        )
    except subprocess.TimeoutExpired:
        return say(f"audit: NOT DONE: no answer in {PATIENCE_SECONDS} s")
    try:
        packages = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError):
        if any(word in ran.stderr for word in AWAY):
            return say("audit: NOT DONE: the list of known vulnerabilities cannot be reached")
        return say(f"audit: pip-audit did not work:\n{ran.stderr[-2000:]}", code=1)
    found = [
        f"  {package['name']} {package['version']}: {flaw['id']}, fixed in "
        f"{', '.join(flaw['fix_versions']) or 'no version yet'}"
        for package in packages
        for flaw in package.get("vulns", ())
    ]
    # pip-audit itself calls a package that it could not look up none of its business.
    known = [package for package in packages if "skip_reason" not in package]
    if found:
        return say("\n".join(["audit: known vulnerabilities:", *found]), code=1)
    if not known:
        return say(f"audit: NOT DONE: nothing is known of any of {len(packages)} packages")
    return say(f"audit: nothing known of {len(known)} of {len(packages)} packages")


def say(what: str, *, code: int = 0) -> int:
    """Tell how it ended."""
    print(what)  # noqa: T201 - for whoever reads the log of a run
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
