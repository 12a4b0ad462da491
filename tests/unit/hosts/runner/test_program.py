"""What travels to a host must run there: Python 3.8, standard library only."""

from __future__ import annotations

import ast
import sys
from importlib import resources

import pytest

from fraisier.hosts.runner import MODULES, program

PACKAGE = "fraisier.hosts.runner"


def source(module):
    return resources.files(PACKAGE).joinpath(f"{module}.py").read_text("utf-8")


def test_every_module_travels():
    there = {path.name for path in resources.files(PACKAGE).iterdir() if path.name.endswith(".py")}
    assert there == {f"{module}.py" for module in MODULES} | {"__init__.py"}


@pytest.mark.parametrize("module", MODULES)
def test_it_is_python_3_8(module):
    ast.parse(source(module), feature_version=(3, 8))


@pytest.mark.parametrize("module", MODULES)
def test_it_needs_the_standard_library_and_what_was_loaded_before(module):
    before = MODULES[: MODULES.index(module)]
    allowed = {f"{PACKAGE}.{name}" for name in before} | sys.stdlib_module_names
    for node in ast.walk(ast.parse(source(module))):
        if isinstance(node, ast.ImportFrom | ast.Import):
            names = [node.module] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]
            assert all(name in allowed or name.partition(".")[0] in allowed for name in names)


def test_the_program_is_one_text():
    compile(program(), "program", "exec")
