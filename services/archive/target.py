"""Where a replay may go: into a drill, and never onto a broker that serves the real world. Asks the broker, writes nothing."""

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from services.archive.replay import ReplayError
from streams.broker import BrokerUnavailableError
from streams.broker_admin import start_whole
from streams.world import World


async def check_target(bootstrap: str) -> None:
    """Returns where the broker knows nothing of the real world.

    Raises:
        ReplayError: it does.
        BrokerUnavailableError: no broker answers there.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await start_whole(admin.start())
        real = sorted(name for name in await admin.list_topics() if name.startswith(f"{World.REAL}."))
    except KafkaError as error:
        raise BrokerUnavailableError(f"no broker at {bootstrap}: {error!r}") from error
    finally:
        await admin.close()
    if real:
        raise ReplayError(
            f"the broker at {bootstrap} serves the real world ({real[0]} and {len(real) - 1} more topics): a rehearsal does "
            "not go there. Leave out --into and it gets a broker of its own, or name that of a drill"
        )
