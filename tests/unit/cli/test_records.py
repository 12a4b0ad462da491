"""Which log records FRAISIER_LOG, RUST_LOG and --verbose ask for."""

import pytest

from fraisier.cli import records


@pytest.mark.parametrize(
    ("variables", "verbose", "levels"),
    [
        ({}, False, {}),
        ({}, True, {"fraisier": 10}),
        ({"RUST_LOG": "debug"}, False, {"fraisier": 10}),
        ({"RUST_LOG": "fraisier=debug"}, False, {"fraisier": 10}),
        ({"RUST_LOG": "warn,fraisier::engine=TRACE"}, False, {"fraisier": 30, "fraisier.engine": 10}),
        ({"RUST_LOG": "debug", "FRAISIER_LOG": "error"}, False, {"fraisier": 40}),
        ({"FRAISIER_LOG": "info"}, True, {"fraisier": 20}),
        ({"FRAISIER_LOG": "nonsense, ,=,fraisier=loud"}, False, {}),
    ],
)
def test_wanted(monkeypatch, variables, verbose, levels):
    for name in ("FRAISIER_LOG", "RUST_LOG"):
        monkeypatch.delenv(name, raising=False)
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    assert records.wanted(verbose=verbose) == levels
