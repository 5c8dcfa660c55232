"""TLS in front of a store, which the embedded server is built without."""

import select
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread


@contextmanager
def tls_in_front_of(port: int, folder: Path) -> Iterator[int]:
    """Put a server with a certificate in front of a port, self-signed if the folder has none."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    if not certificate.exists():
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
             "-subj", "/CN=somebody.example.test", "-keyout", key, "-out", certificate],
            check=True, capture_output=True,
        )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(plain: socket.socket) -> None:
        # One thread for both ways: a TLS connection is not to be shared by two.
        with (
            plain,
            suppress(OSError),
            context.wrap_socket(plain, server_side=True) as outside,
            socket.create_connection(("127.0.0.1", port)) as inside,
        ):
            while True:
                for source in select.select([outside, inside], [], [])[0]:
                    target = inside if source is outside else outside
                    if not (data := source.recv(65536)):
                        return
                    target.sendall(data)
                    while source is outside and outside.pending():
                        target.sendall(source.recv(65536))

    def serve() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            Thread(target=pump, args=(plain,), daemon=True).start()

    Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
