"""Secrets reach a command and nothing else; hostile words reach it as they are."""

from __future__ import annotations

import asyncio
import base64

import pytest

from fraisier.errors import StepFailed
from fraisier.model.command import command
from fraisier.model.secret import Secret
from fraisier.transport.local import LocalChannel
from tests.support.fenced import arguments, until

PASSWORD = Secret("correct horse/battery+staple")
KEY = Secret("-----BEGIN KEY-----\nbm90IHJlYWxseSBhIGtleQ\nc2Vjb25kIGxpbmUgb2Yga2V5\n-----END KEY-----\n")
HOSTILE = [
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned",
    "a\nb",
    "--upload-pack=touch pwned",
    "../../etc",
    "'\"\\",
    "é\U0001f353",
    "\udcff",
    "",
    "*",
    "%s",
    "{}",
]


async def test_secrets_stand_in_no_file_and_no_argument(fenced, tmp_path):
    script = 'echo "$PASSWORD" > "$1/seen"; cat >> "$1/seen"; touch "$1/ready"; until [ -e "$1/go" ]; do sleep 0.02; done'
    carrying = command(
        "sh", "-c", script, fenced.marker, str(tmp_path), env={"PASSWORD": PASSWORD}, stdin=KEY, deadline=30
    )
    async with fenced.host(1) as host:
        running = asyncio.create_task(host.run(carrying))
        await until((tmp_path / "ready").exists)
        during = [*arguments().values(), *contents(fenced.folder)]
        (tmp_path / "go").touch()
        assert (await running).ok
        after = contents(fenced.folder)
    assert (tmp_path / "seen").read_text() == f"{PASSWORD.reveal()}\n{KEY.reveal()}"
    for text in (*during, *after):
        assert PASSWORD.reveal() not in text
        assert "bm90IHJlYWxseSBhIGtleQ" not in text


async def test_a_command_that_prints_its_secrets_leaves_masks_everywhere(fenced):
    script = 'echo "password=$PASSWORD"; cat; printf %s "user:$PASSWORD" | base64 -w0'
    printing = command("sh", "-c", script, env={"PASSWORD": PASSWORD}, stdin=KEY)
    encoded = base64.b64encode(f"user:{PASSWORD.reveal()}".encode()).decode()
    async with fenced.host(1) as host:
        results = [await host.run(printing), await host.look(printing)]
    for text in (*contents(fenced.folder), *(result.output for result in results)):
        assert PASSWORD.reveal() not in text
        assert "bm90IHJlYWxseSBhIGtleQ" not in text
        assert encoded not in text
    assert results[0].output.startswith("password=***\n")


async def test_a_connection_is_told_once_what_to_hide_and_a_new_one_again(fenced, monkeypatch):
    sent = []
    send = LocalChannel.send
    monkeypatch.setattr(
        LocalChannel, "send", lambda channel, data: sent.append(len(data)) or send(channel, data)
    )
    many = [Secret(f"{number:06d}-{'x' * 1000}") for number in range(80)]
    fenced.redactor.learn(*many)
    printing = command("echo", many[7].reveal())
    async with fenced.host(1) as host:
        first = await host.run(printing)
        told = sent[-1]
        second, third = await host.run(printing), await host.look(printing)
        assert told > 10 * max(sent[-2:])
        fenced.way.cut()
        fourth = await host.run(printing)
    assert [one.output for one in (first, second, third, fourth)] == ["***\n"] * 4
    assert not any(many[7].reveal() in text for text in contents(fenced.folder))


async def test_a_cut_through_a_secret_leaves_no_half_of_it(fenced):
    long = Secret("S" + "0123456789abcdef" * 100)
    script = 'i=0; while [ $i -lt 200 ]; do echo "$LONG"; i=$((i+1)); done'
    async with fenced.host(1) as host:
        results = [await do(command("sh", "-c", script, env={"LONG": long})) for do in (host.run, host.look)]
    for result in results:
        assert "cdef" not in result.output
        assert "***\n" in result.output


async def test_errors_are_masked_too(fenced):
    async with fenced.host(1) as host:
        first = command("sh", "-c", "true", "first", env={"PASSWORD": PASSWORD})
        await host.during("same").run(first)
        with pytest.raises(StepFailed) as failed:
            await host.during("same").run(command("echo", PASSWORD.reveal()))
        with pytest.raises(StepFailed) as unread:
            await host.list_folder(f"{PASSWORD.reveal()}\0")
    assert PASSWORD.reveal() not in str(unread.value)
    assert PASSWORD.reveal() not in str(failed.value)


async def test_an_argument_that_holds_a_secret_is_recorded_masked(fenced):
    async with fenced.host(1) as host:
        await host.run(command("echo", f"--password={PASSWORD.reveal()}", env={"PASSWORD": PASSWORD}))
    recorded = fenced.file(1, "effect-1.json").read_text()
    assert "--password=***" in recorded
    assert PASSWORD.reveal() not in recorded


async def test_a_secret_learnt_since_does_not_make_it_another_command(fenced):
    words = command("echo", PASSWORD.reveal())
    async with fenced.host(1) as host:
        await host.during("same").run(words)
        fenced.redactor.learn(PASSWORD)
        assert (await host.during("same").run(words)).output == "***\n"


@pytest.mark.parametrize("word", HOSTILE)
async def test_hostile_words_are_only_words(fenced, tmp_path, word):
    names = [name for name in [word.replace("/", "_")] if name]
    async with fenced.host(1) as host:
        told = await host.run(command("printf", "%s|", word, word, cwd=str(tmp_path)))
        given = await host.run(
            command("sh", "-c", 'printf %s "$WORD"', env={"WORD": word}, cwd=str(tmp_path))
        )
        read = await host.run(command("cat", stdin=word, cwd=str(tmp_path)))
        for name in names:
            await host.run(command("mkdir", "--", name, cwd=str(tmp_path)))
            inside = await host.run(command("touch", "inside", cwd=str(tmp_path / name)))
            assert inside.ok
            assert await host.list_folder(str(tmp_path / name)) == ["inside"]
    shown = word.replace("\udcff", "\ufffd")
    assert (told.output, given.output, read.output) == (f"{shown}|{shown}|", shown, shown)
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("key", ["../../up", "a/b", "", "-rf", ".", "a b", "a\n", "a" * 101])
async def test_a_hostile_key_is_refused(fenced, tmp_path, key):
    async with fenced.host(1) as host:
        with pytest.raises(StepFailed, match="an effect is named"):
            await host.during(key).run(command("touch", str(tmp_path / "touched")))
    assert not (tmp_path / "touched").exists()


async def test_words_with_a_zero_byte_are_refused_not_cut(fenced):
    async with fenced.host(1) as host:
        result = await host.run(command("echo", "a\0b"))
        assert result.exit_code == 126
        assert (await host.run(command("echo", "still here"))).ok


def contents(folder):
    return [path.read_bytes().decode("utf-8", "replace") for path in folder.rglob("*") if path.is_file()]
