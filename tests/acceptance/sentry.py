"""What stands where Sentry would: takes envelopes, keeps all of them, or never answers."""

import gzip
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Sentry:
    """A server that takes envelopes (Sentry's developer documentation: Envelopes)."""

    def __init__(self, *, answers: bool = True, seconds: float = 0.0) -> None:
        self.raw: list[bytes] = []
        self._let_go = threading.Event()
        if answers:
            self._let_go.set()
        sentry = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                packed = self.headers.get("Content-Encoding") == "gzip"
                sentry.raw.append(gzip.decompress(raw) if packed else raw)
                sentry._let_go.wait()
                time.sleep(seconds)  # this is how slow it is
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.dsn = f"http://publickey@127.0.0.1:{self._server.server_port}/1"

    def close(self) -> None:
        """Stop."""
        self._let_go.set()
        self._server.shutdown()
        self._server.server_close()

    def items(self, kind: str) -> list[dict[str, Any]]:
        """List the payloads of a kind: event, transaction, check_in."""
        found = []
        for raw in list(self.raw):
            lines = raw.split(b"\n")
            for head, payload in zip(lines[1::2], lines[2::2], strict=False):
                if head and json.loads(head)["type"] == kind:
                    found.append(json.loads(payload))
        return found
