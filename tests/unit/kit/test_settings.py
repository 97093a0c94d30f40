"""Settings from the environment."""

from pathlib import Path

import pytest

from services.kit.settings import PORT_ORDER, PROCESS_ORDER, Settings, SettingsError
from services.local.plan import Plan
from streams.world import World


def test_the_defaults_are_the_drill_on_loopback() -> None:
    settings = Settings.from_env({})
    assert settings.world is World.DRILL
    assert (settings.kafka, settings.redis) == ("127.0.0.1:8709", "redis://127.0.0.1:8708/0")
    assert settings.area == Path(".mio/area")


def test_the_servers_follow_the_port_base_unless_named() -> None:
    assert Settings.from_env({"MIO_PORT_BASE": "9000"}).kafka == "127.0.0.1:9009"
    assert Settings.from_env({"MIO_PORT_BASE": "9000", "MIO_KAFKA": "k:1"}).kafka == "k:1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MIO_WORLD", "dream"),
        ("MIO_PORT_BASE", "80"),
        ("MIO_PORT_BASE", "eighty"),
        ("MIO_CLOCK", "sundial"),
        ("MIO_CLOCK", "scenario:1:2:fast"),
        ("MIO_LOG", "loud"),
        ("MIO_REDIS", "localhost"),
    ],
)
def test_a_variable_that_cannot_be_used_is_named_with_its_value(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=rf"{name}.*{value}"):
        Settings.from_env({name: value})


def test_an_address_of_redis_that_cannot_be_used_does_not_tell_its_password() -> None:
    with pytest.raises(SettingsError, match="MIO_REDIS='city'") as refused:
        Settings.from_env({"MIO_REDIS": "city:geheim@localhost"})
    assert "geheim" not in str(refused.value)


def test_launcher_and_processes_agree_on_ports_and_settings(tmp_path: Path) -> None:
    plan = Plan(state=tmp_path, area=tmp_path / "town", port_base=9100, world=World.REAL)
    settings = Settings.from_env(plan.environment(kafka="k:1", redis="redis://r:2/0"))
    assert [settings.port(name) for name in PROCESS_ORDER] == [plan.port(name) for name in PROCESS_ORDER]
    assert (settings.world, settings.kafka, settings.area) == (World.REAL, "k:1", tmp_path / "town")
    assert len({plan.port(name) for name in PORT_ORDER}) == len(PORT_ORDER)
    assert settings.partner_key
    assert settings.device_secret
