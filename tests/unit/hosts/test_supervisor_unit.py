"""The unit is read here by supervisor's own parser: what it understands is what counts."""

from __future__ import annotations

import json
import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from supervisor.options import ServerOptions

from fraisier.hosts import supervisor_unit
from fraisier.hosts.service_ref import ServiceRef

REF = ServiceRef(
    manager="supervisor", name="fraisier-0badcafe-shop", app_path="/srv/a;b #c 100%", stop_timeout=2.2
)
ENV = {
    "FRAISIER_SOCKET": "/run/s.sock",
    "FRAISIER_PYTHON": "/o p t/python",
    "FRAISIER_LAUNCH": "/lib/launch.py",
}
HOSTILE = ["%(here)s", "%", '"', "'", "\\", " ; c", "# d", "a\n[program:x]\ncommand=y", "é", "", "\t"]


def as_supervisor_reads(path, text):
    path.write_text(text)
    options = ServerOptions()
    options.environ_expansions = {f"ENV_{name}": value for name, value in ENV.items()}
    options.here = str(path.parent)
    section = options.read_config(str(path))
    ((program,),) = [group.process_configs for group in section.process_group_configs]
    return section, program


@pytest.fixture(scope="module")
def conf(tmp_path_factory):
    return tmp_path_factory.mktemp("conf") / "supervisord.conf"


def spec_of(program):
    words = shlex.split(program.command)
    assert words[:4] == ["/o p t/python", "-I", "-S", "/lib/launch.py"]
    return json.loads(words[4])


@settings(deadline=None)  # a busy machine is no fault
@given(argv=st.lists(st.text(), min_size=1))
def test_any_words_pass_the_parser_unchanged(conf, argv):
    text = supervisor_unit.render(REF, release_path="/srv/r/1-a", env_path="/srv/r/1-a.env", argv=argv)
    assert spec_of(as_supervisor_reads(conf, text)[1])["argv"] == argv


def test_a_unit_is_a_whole_configuration(conf):
    text = supervisor_unit.render(
        REF, release_path="/srv/a;b #c 100%/r/1-a", env_path="/srv/a;b #c 100%/r/1-a.env", argv=HOSTILE
    )
    section, program = as_supervisor_reads(conf, text)
    assert spec_of(program) == {
        "argv": HOSTILE,
        "cwd": "/srv/a;b #c 100%/r/1-a",
        "env_file": "/srv/a;b #c 100%/r/1-a.env",
        "record": "/srv/a;b #c 100%/.fraisier/service.json",
    }
    assert program.name == "fraisier-0badcafe-shop"
    assert (program.stopwaitsecs, program.stopasgroup, program.killasgroup) == (3, True, True)
    assert (program.autostart, program.startsecs, program.startretries) == (False, 1, 5)
    assert program.stdout_logfile == "service.log"
    assert section.server_configs[0]["file"] == "/run/s.sock"
    assert section.nodaemon
