from __future__ import annotations

from fraisier.git.differences import harmless, told

OLD = "1" * 40


def test_commits_and_files():
    output = (
        "+ 22\n"
        + "".join(f"+abc123{n % 10} change {n}\n" for n in range(20))
        + "- 1\n-def5678 gone\nfiles\n a | 2 +-\n"
    )
    text = told(output, OLD).split("\n")
    assert text[0] == "22 new commits:"
    assert text[1] == "  abc1230 change 0"
    assert text[21] == "  and 2 more"
    assert text[22:] == ["1 commit no longer in it:", "  def5678 gone", " a | 2 +-"]


def test_an_unknown_old_commit_is_said():
    assert "1111111 is no longer in the repository" in told("unknown\n+ 1\n+abc1234 x\nfiles\n", OLD)


def test_hostile_text_is_inert():
    assert harmless("a\x1b[31mred\x07\r\u202eevil\u2028b") == "a[31mredevilb"
