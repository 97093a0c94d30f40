"""Whether a request comes from a partner who holds this system's key. Knows one key; people and roles are not its matter."""

import hmac
from collections.abc import Callable
from typing import Annotated

from fastapi import Header

from services.kit.problems import Problem
from services.kit.settings import SettingsError

REALM = {"WWW-Authenticate": 'Bearer realm="partner"'}


def partner_check(key: str) -> Callable[[str], None]:
    """A FastAPI dependency that lets pass who sends `Authorization: Bearer <key>`, compared in constant time.

    Raises:
        SettingsError: there is no key; an empty one would let everybody in.
    """
    if not key:
        raise SettingsError(
            "MIO_PARTNER_KEY is empty: 'mio up' makes one in its state folder; elsewhere set a long random text"
        )
    expected = f"Bearer {key}".encode()

    def check(authorization: Annotated[str, Header(description="Bearer and the partner key.")] = "") -> None:
        if not hmac.compare_digest(authorization.encode(), expected):
            raise Problem(
                "partner-key",
                status=401,
                detail="the partner key is missing or wrong",
                field="Authorization",
                remedy="send 'Authorization: Bearer <MIO_PARTNER_KEY>'; see secrets.json in the state folder",
                headers=REALM,
            )

    return check
