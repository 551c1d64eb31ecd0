"""Visitors of the load generator."""

from collections.abc import Mapping
from geventhttpclient.client import HTTPClientPool
from locust.clients import HttpSession
from locust.contrib.fasthttp import FastHttpSession
from locust.env import Environment
from requests import Request
from requests import Session
from urllib.parse import urlencode
from urllib3 import PoolManager
from urllib3.filepost import encode_multipart_formdata


#: Waitress takes a hundred connections: whoever waits for his turn keeps none.
CONNECTIONS = PoolManager(maxsize=32)
QUICK = HTTPClientPool(concurrency=32, network_timeout=120)
FORM = "application/x-www-form-urlencoded"


def new_session(environment: Environment, name: str, user=None) -> HttpSession:
    """A visitor nobody has seen before, whose requests are counted under a name."""
    session = HttpSession(
        base_url="http://localhost",
        request_event=environment.events.request,
        user=user,
        pool_manager=CONNECTIONS,
    )
    session.request_name = name
    return session


class QuickSession(FastHttpSession):
    """A visitor whose requests take little of the generator's time, which it takes from
    the processes of the site where they have to share the cores.

    Forms are given to it as to requests.
    """

    def request(self, method, url, data=None, files=None, timeout=None, **details):
        """``files`` are sent as a browser does; ``timeout`` is that of the pool."""
        if files:
            parts = [*_pairs(data), *_pairs(files)]
            data, content = encode_multipart_formdata(parts)
        elif data is not None:
            data, content = urlencode(_pairs(data)), FORM
        if data is not None:
            details["headers"] = {**details.get("headers", {}), "Content-Type": content}
        return super().request(method, url, data=data, **details)


def _pairs(values) -> list[tuple]:
    return [*values.items()] if isinstance(values, Mapping) else [*(values or ())]


def quick(environment: Environment, session: HttpSession) -> QuickSession:
    """The same visitor, who logs in nowhere from now on."""
    asked = Session.prepare_request(session, Request("GET", session.base_url))
    visitor = QuickSession(
        base_url=session.base_url,
        request_event=environment.events.request,
        user=None,
        client_pool=QUICK,
        headers={
            name: asked.headers[name]
            for name in ("Authorization", "Cookie")
            if name in asked.headers
        },
    )
    visitor.request_name = session.request_name
    return visitor
