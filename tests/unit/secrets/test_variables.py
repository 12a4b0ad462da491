"""Where `${VAR}` comes from: the environment first, then secrets.env beside fraises.yaml."""

import pytest

from fraisier.errors import ConfigurationError
from fraisier.secrets.resolver import Resolver
from fraisier.secrets.source import Unresolved
from fraisier.secrets.variables import Variables


@pytest.mark.parametrize("place", ["secrets.env", "config/secrets.env"])
def test_the_environment_wins_over_the_file(tmp_path, place):
    file = tmp_path / place
    file.parent.mkdir(exist_ok=True)
    file.write_text("A=file\nB=file\n")
    found = Variables(str(tmp_path / "fraises.yaml"), {"A": "environment"})
    assert dict(found) == {"A": "environment", "B": "file"}
    assert len(found) == 2
    file.write_text("B=rotated\n")
    assert found["B"] == "rotated"
    assert "C" not in found


def test_without_a_file_there_is_only_the_environment(tmp_path):
    assert dict(Variables(str(tmp_path / "fraises.yaml"), {"A": "1"})) == {"A": "1"}
    assert dict(Variables(None, {"A": "1"})) == {"A": "1"}


def test_a_wrong_file_is_named(tmp_path):
    file = tmp_path / "secrets.env"
    resolver = Resolver(Variables(str(tmp_path / "fraises.yaml"), {}))
    file.write_text("s3cr3t\n")
    with pytest.raises(ConfigurationError, match=f"{file}:1: this is not NAME=value"):
        resolver.resolve("${A}")
    file.write_bytes(b"A=\xff\n")
    with pytest.raises(Unresolved, match="not UTF-8"):
        resolver.resolve("${A}")
    file.unlink()
    file.mkdir()
    with pytest.raises(Unresolved, match="cannot be read: Is a directory"):
        resolver.resolve("${A}")
