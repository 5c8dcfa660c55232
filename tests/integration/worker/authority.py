"""A company's own CA, and servers with certificates of it."""

import ssl
import subprocess
from pathlib import Path


COMPANY = "Example Company CA"

#: The names that a certificate of the CA is for, unless a test says others.
NAMES = "DNS:crm.test,DNS:localhost,IP:127.0.0.1"

_CONFIGURATION = """
[ca]
default_ca = own
[own]
database = {folder}/index.txt
new_certs_dir = {folder}
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
"""


class Authority:
    """
    Certifies what a test asks for.

    The CA's certificate has no key identifiers, as many a company's has none.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.file = folder / "ca.pem"
        (folder / "index.txt").touch()
        (folder / "ca.cnf").write_text(_CONFIGURATION.format(folder=folder))
        # Nothing of the machine's own configuration: it would add the identifiers.
        (folder / "req.cnf").write_text("[req]\ndistinguished_name = dn\n[dn]\n")
        self._run(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-config", "req.cnf", "-subj", f"/CN={COMPANY}",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "subjectKeyIdentifier=none",
            "-addext", "authorityKeyIdentifier=none", "-keyout", "ca.key", "-out", "ca.pem",
        )  # fmt: skip

    def server(self, *, names: str = NAMES, until: str = "491231235959Z") -> ssl.SSLContext:
        """Make what a server needs to speak TLS; `until` ends the certificate, as YYMMDDHHMMSSZ."""
        self._run(
            "req", "-newkey", "rsa:2048", "-nodes", "-config", "req.cnf",
            "-subj", "/CN=a server", "-addext", f"subjectAltName={names}",
            "-keyout", "server.key", "-out", "server.csr",
        )  # fmt: skip
        self._run(
            "ca", "-batch", "-notext", "-config", "ca.cnf", "-cert", "ca.pem",
            "-keyfile", "ca.key", "-startdate", "200101000000Z", "-enddate", until,
            "-in", "server.csr", "-out", "server.pem",
        )  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._folder / "server.pem", self._folder / "server.key")
        return context

    def rehash(self, folder: Path) -> None:
        """Put the CA into a folder as OpenSSL reads it."""
        (folder / "ca.pem").write_bytes(self.file.read_bytes())
        self._run("rehash", str(folder))

    def _run(self, *words: str) -> None:
        subprocess.run(
            ["openssl", *words], cwd=self._folder, check=True, capture_output=True, timeout=60
        )
