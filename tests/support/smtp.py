"""A real SMTP server that can be told to misbehave."""

from aiosmtpd.controller import Controller
from contextlib import closing

import socket
import threading


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """An SMTP server on a free port; ``received`` holds (sender, recipients, bytes).

    ``replies`` are given one by one, to RCPT or to DATA as ``stage`` says, before
    messages are taken. While ``gate`` is not set, DATA is not answered; ``reached``
    is set as soon as a message has arrived there.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.received = []
        self.replies = []
        self.stage = "DATA"
        self.gate = threading.Event()
        self.gate.set()
        self.reached = threading.Event()
        self._controller = None

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        self.gate.set()
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.stage == "RCPT" and self.replies:
            return self.replies.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.reached.set()
        await server.loop.run_in_executor(None, self.gate.wait, 30)
        if self.stage == "DATA" and self.replies:
            return self.replies.pop(0)
        self.received.append(
            (envelope.mail_from, envelope.rcpt_tos, envelope.original_content)
        )
        return "250 OK"
