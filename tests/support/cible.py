"""A system that is told by webhooks, on a port of its own, with faults."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer

import threading


class Cible:
    """``received`` are (headers, body) of all messages; ``answer`` gives the status.

    With ``location`` the answer is a redirection; with ``hang`` (an Event) a message is
    answered only after it is set; with ``drip`` the answer never ends.
    """

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.answer: Callable[[], int] = lambda: 200
        self.location = ""
        self.hang: threading.Event | None = None
        self.drip: threading.Event | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    def __enter__(self) -> "Cible":
        self._thread.start()
        return self

    def __exit__(self, *exc_info) -> None:
        for event in (self.hang, self.drip):
            if event is not None:
                event.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/recevoir?de=guichet"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        cible = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                headers["path"] = self.path
                cible.received.append((headers, body))
                if cible.hang is not None:
                    cible.hang.wait(60)
                if cible.drip is not None:
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
                    while not cible.drip.wait(0.05):
                        try:
                            self.wfile.write(b"x")
                            self.wfile.flush()
                        except OSError:
                            return
                    return
                self.send_response(cible.answer())
                if cible.location:
                    self.send_header("Location", cible.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args) -> None:
                """Nothing is printed."""

        return Handler
