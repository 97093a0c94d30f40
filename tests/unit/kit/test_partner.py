"""The partner key."""

import pytest

from services.kit.partner import partner_check
from services.kit.problems import Problem
from services.kit.settings import SettingsError


def test_only_the_key_itself_lets_pass() -> None:
    check = partner_check("s3cret")
    check("Bearer s3cret")
    for wrong in ("", "Bearer ", "Bearer s3cre", "Bearer s3cret ", "s3cret", "Basic s3cret", "Bearer 秘密"):
        with pytest.raises(Problem) as caught:
            check(wrong)
        assert caught.value.body.status == 401
        assert caught.value.headers["WWW-Authenticate"].startswith("Bearer")


def test_without_a_key_the_process_does_not_start() -> None:
    with pytest.raises(SettingsError, match="MIO_PARTNER_KEY is empty"):
        partner_check("")
