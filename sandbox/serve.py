"""
Serve the stand-ins.

    python -m sandbox.serve --port 8800 --webhook-url http://127.0.0.1:5000/webhooks/voucherify

The settings come from the environment; a missing one takes an insecure demo value.

SANDBOX_WEBHOOK_URL     where webhooks are sent; --webhook-url goes before it
SANDBOX_WEBHOOK_SECRET  signs the webhooks
SANDBOX_APP_ID          what X-App-Id must say on calls to /v1
SANDBOX_APP_TOKEN       what X-App-Token must say
SANDBOX_MANAGEMENT_ID     what X-Management-Id must say on calls to /management
SANDBOX_MANAGEMENT_TOKEN  what X-Management-Token must say
SANDBOX_CRM_SECRET      whsec_<base64>, checks the signature of calls to /crm/events
SANDBOX_HUBSPOT_TOKEN   what calls to /crm/objects, /associations and /properties must bear
SANDBOX_SHOP_SECRET     whsec_<base64>, checks the signature of calls to /shop/perks
SANDBOX_SPEEDUP         how much faster webhooks are repeated (60: a minute is a second)
SANDBOX_FIRST_ID        where the ids start to count (1)
"""

import argparse
import os
import signal
import threading
from dataclasses import replace
from types import FrameType
from wsgiref.types import WSGIEnvironment

from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.app import create_app
from sandbox.settings import SandboxSettings, from_environ


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass

    def connection_dropped(
        self, error: BaseException, environ: WSGIEnvironment | None = None
    ) -> None:
        # A call dropped on purpose: without this the handler waits for the next request
        # on the same connection, and the caller sees silence where a break was meant.
        del error, environ
        self.close_connection = True


def serve(host: str, port: int, settings: SandboxSettings) -> None:
    """Serve until SIGTERM or SIGINT; port 0 takes a free one, which the ready line names."""
    app = create_app(settings)
    server = make_server(host, port, app, threaded=True, request_handler=_QuietHandler)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # shutdown() waits for serve_forever(), which this handler interrupts.
        threading.Thread(target=server.shutdown).start()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
    print(f"sandbox ready on http://{host}:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    finally:
        server.server_close()
        app.extensions["sandbox"].sender.close()


def main() -> None:
    """Read the command line and the environment, then serve."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8800)
    parser.add_argument("--webhook-url")
    arguments = parser.parse_args()
    settings = from_environ(os.environ)
    if arguments.webhook_url:
        settings = replace(settings, webhook_url=arguments.webhook_url)
    serve(arguments.host, arguments.port, settings)


if __name__ == "__main__":
    main()
