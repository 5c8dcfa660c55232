import hashlib
import hmac
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from arq import create_pool
from arq.connections import RedisSettings
from fastapi import FastAPI, HTTPException, Request


SECRET = os.environ["WEBHOOK_SECRET"].encode()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Connect to the queue."""
    app.state.queue = await create_pool(RedisSettings.from_dsn(os.environ["REDIS_URL"]))
    yield


app = FastAPI(lifespan=lifespan)


@app.post("/webhooks/voucherify", status_code=202)  # type: ignore[untyped-decorator]
async def receive(request: Request) -> dict[str, str]:
    """Check the signature, hand the body to arq, answer."""
    body = await request.body()
    expected = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers.get("X-Voucherify-Signature", "")):
        raise HTTPException(401, "bad signature")
    job = await request.app.state.queue.enqueue_job("process", body.decode())
    return {"task": job.job_id}


@app.get("/readyz")  # type: ignore[untyped-decorator]
async def ready() -> dict[str, str]:
    """Answer, so that the bench begins."""
    return {"status": "ready"}
