# One image for all processes; docker-compose.yml and the Procfile say which command runs.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

RUN useradd --create-home --uid 10001 perkhook
WORKDIR /app

COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt

COPY settings settings
COPY telemetry telemetry
COPY schemas schemas
COPY inbox inbox
COPY receiver receiver
COPY worker worker
COPY dashboard dashboard
# `python -m inbox acl` prints it.
COPY deploy/acl deploy/acl

USER perkhook
# The receiver by default; a platform's own command goes before it.
CMD ["sh", "-c", "exec python -m receiver"]
