"""Which keys of an application's database belong together."""

import pytest

from fraisier.config.app_database import is_production


@pytest.mark.parametrize(
    ("database", "says"),
    [
        ("{tool: alembic, migrate: x}", "belongs to tool: command, and the tool is alembic"),
        ("{tool: django, down: x}", "belongs to tool: command, and the tool is django"),
        ("{tool_command: x}", "belongs to a migration tool, and the tool is command"),
        ("{tool_config: x}", "belongs to a migration tool, and the tool is command"),
        ("{tool: django, tool_config: x}", "is nothing that django has"),
        ("{down: x}", "undoes database.migrate, and there is none"),
        ("{type: sqlserver, tool: alembic}", "is only migrated by tool: command, and the tool is alembic"),
        ("{type: mysql, tool: confiture}", "is not migrated by confiture, which knows PostgreSQL only"),
        ("{strategy: rebuild}", "say how, with database.tool or database.rebuild"),
        ("{rebuild: x}", "belongs to strategy: rebuild"),
    ],
)
def test_what_contradicts_itself_is_refused(wrong_keys, database, says):
    (said,) = wrong_keys(f"systemd_service: shop\ndatabase: {database}")
    assert says in said


@pytest.mark.parametrize(
    "database",
    [
        "{type: sqlserver, migrate: x, down: y}",
        "{tool: confiture, type: postgresql, strategy: rebuild}",
        "{tool: alembic, tool_command: .venv/bin/alembic, tool_config: db/alembic.ini}",
        "{tool: django, tool_command: python3 site/manage.py, backup: x}",
        "{strategy: rebuild, rebuild: x}",
    ],
)
def test_what_belongs_together_is_taken(environment, database):
    assert environment(f"systemd_service: shop\ndatabase: {database}").database.changes


@pytest.mark.parametrize(
    ("name", "is_it"),
    [
        ("production", True),
        ("Production-EU", True),
        ("prod_us", True),
        ("live", True),
        ("preproduction", False),
        ("staging", False),
        ("reproduction", False),
        ("development", False),
    ],
)
def test_what_people_call_their_production(name, is_it):
    assert is_production(name) is is_it
