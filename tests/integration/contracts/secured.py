"""A broker that asks who is there (SCRAM-SHA-512) and grants nothing by itself, with the manifest's users and grants."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from services.local.kafka import LocalKafka
from streams.contracts.acls import Grant

MECHANISM = "SCRAM-SHA-512"
RESOURCES = {"topic": ResourceType.TOPIC, "group": ResourceType.GROUP}
PATTERNS = {"literal": ResourcePatternType.LITERAL, "prefixed": ResourcePatternType.PREFIXED}


def password(user: str) -> str:
    return f"of-{user}"


class SecuredKafka(LocalKafka):
    """`bootstrap` stays without a login, for the broker's own use and for the launcher's question whether it is up."""

    def __init__(self, folder: Path, *, port: int, controller_port: int, login_port: int) -> None:
        super().__init__(folder, port=port, controller_port=controller_port)
        self.login = f"127.0.0.1:{login_port}"

    def _write_settings(self) -> None:
        super()._write_settings()
        file = self.folder / "server.properties"
        kept = [
            line
            for line in file.read_text(encoding="utf-8").splitlines()
            if not line.startswith(("listener.security.protocol.map=", "listeners=", "advertised.listeners="))
        ]
        inside = f"PLAINTEXT://{self.bootstrap},LOGIN://{self.login}"
        kept += [
            f"listeners={inside},CONTROLLER://127.0.0.1:{self.controller_port}",
            f"advertised.listeners={inside}",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,LOGIN:SASL_PLAINTEXT",
            f"listener.name.login.sasl.enabled.mechanisms={MECHANISM}",
            (
                f"listener.name.login.{MECHANISM.lower()}.sasl.jaas.config="
                "org.apache.kafka.common.security.scram.ScramLoginModule required;"
            ),
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users=User:ANONYMOUS",
            "allow.everyone.if.no.acl.found=false",
        ]
        file.write_text("\n".join(kept) + "\n", encoding="utf-8")

    def admit(self, users: Iterable[str], grants: Sequence[Grant]) -> None:
        """Makes the users, and grants what the list says."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        credentials = [
            UserScramCredentialUpsertion(
                user, ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), password(user).encode()
            )
            for user in users
        ]
        for made in admin.alter_user_scram_credentials(credentials).values():
            made.result(timeout=30)
        bindings = [
            AclBinding(
                RESOURCES[grant.resource], grant.name, PATTERNS[grant.pattern], f"User:{grant.user}", "*",
                AclOperation[operation], AclPermissionType.ALLOW,
            )
            for grant in grants
            for operation in grant.operations
        ]  # fmt: skip
        for granted in admin.create_acls(bindings).values():
            granted.result(timeout=30)
