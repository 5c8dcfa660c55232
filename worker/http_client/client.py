from typing import Final

import httpx2

from worker.http_client.calls import ANSWER_SECONDS, CONNECT_SECONDS
from worker.http_client.transport import Transport


#: A hundred of HubSpot's notes at 65,536 characters each come to some 7 MB.
LONGEST_ANSWER: Final = 16 * 1024 * 1024


def make_client(
    *, answer_seconds: float = ANSWER_SECONDS, longest_answer: int = LONGEST_ANSWER
) -> httpx2.Client:
    """
    Make a client with bounded waits that follows no redirects and repeats nothing.

    Args:
        answer_seconds: how long an answer may take in all, however slowly it comes.
        longest_answer: bytes of a body that are read; a longer one is cut there.

    Raises:
        EnvironmentValueError: a variable for proxies or certificates has a value that is none.
    """
    return httpx2.Client(
        transport=Transport(longest_answer),
        timeout=httpx2.Timeout(answer_seconds, connect=CONNECT_SECONDS),
        follow_redirects=False,
        headers={"User-Agent": "perkhook"},
        # The transport reads the environment's proxies; .netrc stays unread.
        trust_env=False,
    )


def check_environment() -> None:
    """
    Read what the environment says about proxies and certificates, before anything is called.

    Raises:
        EnvironmentValueError: names the variable that is wrong.
    """
    make_client().close()
