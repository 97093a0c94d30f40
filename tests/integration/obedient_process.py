"""A stand-in for one of our processes, for tests of the launcher: answers /readyz, ends on SIGTERM, notes when it ended."""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import FrameType

from services.kit.settings import PROCESS_ORDER


class Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(503 if Path(os.environ["MIO_STATE"], f"{NAME}.unready").exists() else 200)
        self.end_headers()
        self.wfile.write(b'{"reasons": ["told to wait"]}')

    def log_message(self, *_: object) -> None:
        """Says nothing of requests."""


def end(_signal: int, _frame: FrameType | None) -> None:
    with Path(os.environ["MIO_STATE"], "ended.txt").open("a") as file:
        file.write(f"{NAME}\n")
    sys.exit(0)


NAME = sys.argv[1]
if Path(os.environ["MIO_STATE"], f"{NAME}.broken").exists():
    sys.exit("told to break")
signal.signal(signal.SIGTERM, end)
server = HTTPServer(("127.0.0.1", int(os.environ["MIO_PORT_BASE"]) + PROCESS_ORDER.index(NAME)), Ready)
sys.stdout.write(f"{NAME} listens in world {os.environ['MIO_WORLD']}\n")
sys.stdout.flush()
server.serve_forever()
