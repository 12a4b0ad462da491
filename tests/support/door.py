"""A real server on a free port, its real database, and an observer that only notes that it was woken."""

import asyncio
import hashlib
import hmac
import json
import sqlite3
import uuid
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from fraisier.database import Database
from fraisier.server.run import serve

SECRET = "a secret of the tests"
CONFIG = """
fraises:
  api:
    type: api
    environments:
      production:
        git_repo: git@github.com:acme/api.git
        branch: main
        app_path: {folder}/production
        service: {{command: "python3 app.py", port: 8123}}
        health_check: {{url: "http://127.0.0.1:8123/health"}}
branch_mapping:
  main: {{fraise: api, environment: production}}
"""
A, B, NOTHING = "a" * 40, "b" * 40, "0" * 40


class Watcher:
    """Stands where the observer stands; counts how often it was told to look."""

    def __init__(self):
        self.woken = 0
        self.stopped = asyncio.Event()

    async def run(self):
        await self.stopped.wait()

    def wake(self):
        self.woken += 1

    def configure(self, config):
        self.config = config

    def stop(self):
        self.stopped.set()


def push(**changes):
    """GitHub's payload of a push of B over A to main."""
    repository = {"full_name": "acme/api", "clone_url": "https://github.com/acme/api.git"}
    payload = {
        "ref": "refs/heads/main",
        "before": A,
        "after": B,
        "deleted": False,
        "repository": repository,
        "sender": {"login": "octocat"},
    }
    return payload | changes


def signed(body, *, event="push", delivery=None, secret=SECRET):
    """The headers that GitHub sends with these bytes."""
    return {
        "Content-Type": "application/json",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": delivery or str(uuid.uuid4()),
        "X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
    }


@dataclass(kw_only=True)
class Door:
    """The served address, and what lies behind it."""

    url: str
    client: httpx.AsyncClient
    database: Database
    watcher: Watcher
    told: asyncio.Queue = field(default_factory=asyncio.Queue)

    @property
    def port(self):
        return int(self.url.rsplit(":", 1)[1])

    async def said(self, words):
        """Wait until the server says these words; all that it said then."""
        while words not in (told := await self.told.get()):
            pass
        return told

    async def send(self, payload, path="/webhook", *, headers=None, **signing):
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return await self.client.post(path, content=body, headers=signed(body, **signing) | (headers or {}))

    def rows(self, table):
        with sqlite3.connect(self.database.path) as connection:
            connection.row_factory = sqlite3.Row
            found = [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1")]
        connection.close()
        return found

    @property
    def events(self):
        return self.rows("tb_webhook_event")

    @property
    def requests(self):
        return self.rows("tb_deployment_request")


@asynccontextmanager
async def opened(config, database, *, host="127.0.0.1", watcher=None):
    watcher, said = watcher or Watcher(), asyncio.Queue()
    running = asyncio.create_task(serve(config, database, watcher, host, 0, announce=said.put_nowait))
    try:
        waiting = asyncio.create_task(said.get())
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            waiting.cancel()
            await running
        url = waiting.result().split()[-1]
        async with httpx.AsyncClient(base_url=url, timeout=20) as client:
            yield Door(url=url, client=client, database=database, watcher=watcher, told=said)
    finally:
        watcher.stop()
        await running
