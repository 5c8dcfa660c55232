import hashlib
import hmac
import os

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from bench.rivals.flask_celery.tasks import process


SECRET = os.environ["WEBHOOK_SECRET"].encode()

app = Flask(__name__)


@app.post("/webhooks/voucherify")
def receive() -> ResponseReturnValue:
    """Check the signature, hand the body to Celery, answer."""
    body = request.get_data()
    expected = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers.get("X-Voucherify-Signature", "")):
        return jsonify(error="bad signature"), 401
    task = process.delay(body.decode())
    return jsonify(task=task.id), 202


@app.get("/readyz")
def ready() -> ResponseReturnValue:
    """Answer, so that the bench begins."""
    return jsonify(status="ready")
