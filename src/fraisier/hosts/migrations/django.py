"""django: `manage.py migrate`, whose applications each have a history of their own."""

from __future__ import annotations

import json
import re
from typing import Final

from fraisier.hosts.migrations.bench import Bench
from fraisier.hosts.migrations.tool import TOOLS

_APPLIED: Final = re.compile(r"^\[X\]\s+([A-Za-z_][\w]*)\.(\S+)", re.MULTILINE)
NOTHING: Final = "zero"
# Django has no command that drops everything; this uses its public interface, see "Database introspection".
_DROP: Final = """\
from django.db import connection
kinds = {"v": "VIEW", "t": "TABLE", "p": "TABLE"}
cascade = " CASCADE" if connection.vendor == "postgresql" else ""
with connection.constraint_checks_disabled(), connection.cursor() as cursor:
    found = connection.introspection.get_table_list(cursor)
    for table in sorted(found, key=lambda one: one.type != "v"):
        cursor.execute(f"DROP {kinds[table.type]} IF EXISTS {connection.ops.quote_name(table.name)}{cascade}")
"""


class DjangoTool:
    """A version is JSON: the last applied migration of each application."""

    def returns(self, bench: Bench) -> bool:
        del bench
        return True

    async def version(self, bench: Bench) -> str:
        asked = _manage(bench, "showmigrations", "--plan")
        result = await bench.look(asked)
        if not result.ok:
            raise bench.failed(asked, result, "Asking where the database stands")
        last = dict(_APPLIED.findall(result.output))
        return json.dumps(last, sort_keys=True) if last else ""

    async def up(self, bench: Bench) -> None:
        await bench.run(_manage(bench, "migrate", "--no-input"), "The migration")

    async def down(self, bench: Bench, to: str) -> None:
        now, before = _apps(await self.version(bench)), _apps(to)
        for app in sorted(app for app, name in now.items() if before.get(app) != name):
            back = _manage(bench, "migrate", "--no-input", app, before.get(app, NOTHING))
            await bench.run(back, "Undoing the migration")

    async def rebuild(self, bench: Bench) -> None:
        doing = "Rebuilding the database"
        if own := bench.settings.rebuild:
            await bench.run(own, doing)
        else:
            await bench.run(_manage(bench, "shell"), doing, stdin=_DROP)
        await self.up(bench)


def _apps(version: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(version) if version else {}
    return found


def _manage(bench: Bench, *words: str) -> tuple[str, ...]:
    return (*(bench.settings.program or ("python3", "manage.py")), *words)


TOOLS.register("django", DjangoTool())
