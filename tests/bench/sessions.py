"""Visitors of the load generator."""

from geventhttpclient.client import HTTPClientPool
from locust.clients import HttpSession
from locust.contrib.fasthttp import FastHttpSession
from locust.env import Environment
from requests import Request
from requests import Session
from urllib3 import PoolManager


#: Waitress takes a hundred connections: whoever waits for his turn keeps none.
CONNECTIONS = PoolManager(maxsize=32)
READING = HTTPClientPool(concurrency=32, network_timeout=120)


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


def reader(environment: Environment, session: HttpSession) -> FastHttpSession:
    """The same visitor, who only asks for pages from now on.

    That takes less of the generator's time, which it takes from the processes
    of the site where they have to share the cores.
    """
    asked = Session.prepare_request(session, Request("GET", session.base_url))
    reading = FastHttpSession(
        base_url=session.base_url,
        request_event=environment.events.request,
        user=None,
        client_pool=READING,
        headers={
            name: asked.headers[name]
            for name in ("Authorization", "Cookie")
            if name in asked.headers
        },
    )
    reading.request_name = session.request_name
    return reading
