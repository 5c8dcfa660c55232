"""What remains of a body that is refused."""

from typing import Final

from flask import Request

from receiver.server.slow_senders import SlowSenders


#: Bytes beyond the longest body that are read and thrown away.
MOST_BYTES: Final = 8 * 1024 * 1024

_PIECE: Final = 64 * 1024


def throw_away(request: Request, longest: int, slow_senders: SlowSenders) -> None:
    """
    Read what a sender is still going to send, for only then it reads our answer.

    A connection that is closed with bytes unread is reset, and many clients then report the reset
    and not the answer (nginx: lingering_close). A body that is far too long, or whose sender asks
    first whether it is wanted, is left alone; a slow one is ended as any other.

    Args:
        request: is answered with an error; a part of its body may have been read.
        longest: MAX_BODY_BYTES.
        slow_senders: watches how long it takes.
    """
    left = longest + MOST_BYTES
    if (request.content_length or 0) > left or "HTTP_EXPECT" in request.environ:
        return
    stream = request.environ["wsgi.input"]
    slow_senders.begin()
    try:
        while left > 0 and (part := stream.read(_PIECE)):
            left -= len(part)
    finally:
        slow_senders.end()
