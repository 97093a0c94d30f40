"""Programs that come in wheels: a hashed lock of `requirements/`, installed into a folder of its own."""

import subprocess
import sys
from pathlib import Path

from services.local.errors import PartMissingError
from services.local.tools import REPOSITORY, announce


def install_wheels(lock: str, folder: Path, *, what: str) -> None:
    """Installs `requirements/<lock>` into `folder`; every file is checked against its hash.

    Raises:
        PartMissingError: with what to do.
    """
    requirements = REPOSITORY / "requirements" / lock
    announce(f"fetching {what} from the Python package index ...")
    command = [str(Path(sys.executable).with_name("uv")), "pip", "install", "--require-hashes", "--no-deps"]
    command += ["--python", sys.executable, "--target", str(folder), "-r", str(requirements)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PartMissingError(
            f"{what} could not be installed from {requirements.name}. Check the network or the proxy, "
            f"then run the same command again.\n{done.stderr[-1500:]}"
        )
