from standardwebhooks import Webhook


def signing_secret(value: str) -> str:
    """Take a Standard Webhooks secret: `whsec_` and base64 of at least 16 bytes."""
    try:
        key = Webhook(value)._whsecret if value else b""  # noqa: SLF001 - no public way to ask
    except Exception:  # noqa: BLE001 - whatever the library makes of a wrong text
        key = b""
    if value and len(key) < 16:
        raise ValueError("must be whsec_ and the base64 of at least 16 random bytes")
    return value
