"""`fraisier demo` does the main job in front of your eyes and leaves nothing running."""

from tests.support.processes import belonging_to


def test_the_demo_goes_forward_back_and_leaves_nothing(shop, tmp_path):
    folder = tmp_path / "tmp"
    folder.mkdir()
    result = shop.run("demo", env={"TMPDIR": str(folder)}, timeout=90)
    assert result.exit_code == 0, result
    assert result.seconds < 30
    assert "rolled back" in result.output.lower() or "rolled_back" in result.output
    assert belonging_to(folder) == {}
    assert list(folder.iterdir()) == []
    assert not shop.database.exists()
