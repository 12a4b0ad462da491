"""What may reach a terminal, and in which characters."""

import io

import pytest

from fraisier.cli import terminal


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain — text ✓", "plain — text ✓"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;a title\x07after", "after"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b31mred", "31mred"),
        ("back\x08space bell\x07", "backspace bell"),
        ("first\rsecond", "firstsecond"),
        ("windows\r\nlines", "windows\nlines"),
        ("tab\tstays", "tab\tstays"),
        ("right\u202eleft", "rightleft"),
        ("\x1b", ""),
        ("\x1b[", "["),
    ],
)
def test_clean(text, cleaned):
    assert terminal.clean(text) == cleaned


def test_one_line():
    assert terminal.one_line(" a\n b\t\x1b[1mc ") == "a b c"


def stream(encoding):
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding)


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("utf-8", "✓ a → b, é, 🍓"), ("latin-1", "+ a -> b, é, ?"), ("ascii", "+ a -> b, ?, ?")],
)
def test_every_encoding_gets_what_it_can_carry(encoding, shown):
    out = stream(encoding)
    terminal.write("✓ a → b, é, 🍓", out)
    assert out.buffer.getvalue().decode(encoding) == shown + "\n"


class Tty(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("variables", "shown"),
    [
        ({"TERM": "xterm"}, "\x1b[32mgood\x1b[0m\n"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "good\n"),
        ({"TERM": "xterm", "NO_COLOR": ""}, "\x1b[32mgood\x1b[0m\n"),
        ({"TERM": "dumb"}, "good\n"),
    ],
)
def test_colours_only_where_they_are_wanted(monkeypatch, variables, shown):
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    out = Tty()
    terminal.write("good", out, colour="green")
    assert out.getvalue() == shown


def test_no_colours_in_a_pipe(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    out = stream("utf-8")
    terminal.write("good", out, colour="green")
    assert out.buffer.getvalue() == b"good\n"
