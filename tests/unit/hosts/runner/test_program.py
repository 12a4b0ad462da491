"""What travels to a host must run there: Python 3.8, standard library only."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import resources

import pytest

from fraisier.hosts.runner import MODULES, program
from fraisier.transport.channel import BOOT_LINE, PYTHON_OPTIONS

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


def started(program, *options):
    """A runner that is told nothing and ends."""
    argv = [sys.executable, *PYTHON_OPTIONS, *options, "-c", BOOT_LINE]
    return subprocess.run(argv, input=program, capture_output=True, check=False, timeout=60)


def of_another_release(program):
    tag = sys.implementation.cache_tag.encode()
    assert program.count(tag) == 1
    return program.replace(tag, b"x" * len(tag))


def with_broken_texts(program):
    word = b"def main() -> None:"
    assert program.count(word) == 1
    return program.replace(word, b"?" * len(word))


def test_a_python_of_this_release_compiles_nothing():
    assert started(with_broken_texts(program())).stdout.startswith(b'{"ready": ')


def test_a_python_of_another_release_compiles_the_texts():
    assert started(of_another_release(program())).stdout.startswith(b'{"ready": ')
    broken = started(with_broken_texts(of_another_release(program())))
    assert (broken.stdout, b"SyntaxError" in broken.stderr) == (b"", True)


def test_its_start_brings_no_regular_expressions_or_enumerations_along():
    trace = started(program(), "-X", "importtime").stderr.decode()
    imported = {line.rpartition("|")[2].strip() for line in trace.splitlines()}
    assert f"{PACKAGE}.conversation" in imported
    assert not imported & {"re", "enum", "json", "signal", "socket", "functools", "collections"}
