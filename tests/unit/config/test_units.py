import pytest

from fraisier.config.units import seconds, size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5m", 300.0),
        ("30d", 2_592_000.0),
        ("60s", 60.0),
        ("7d", 604_800.0),
        ("1h30m", 5400.0),
        ("500ms", 0.5),
        ("1.5s", 1.5),
        ("2w", 1_209_600.0),
        ("0.2", 0.2),
        ("30", 30.0),
    ],
)
def test_times(text, expected):
    assert seconds(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["", "m", "5 minutes", "-5s", "5M", "1:30", "1e3", "5m!", "inf", "nan"])
def test_what_is_no_time(text):
    with pytest.raises(ValueError, match="is not a time"):
        seconds(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2Gi", 2**31),
        ("50Gi", 50 * 2**30),
        ("512Mi", 2**29),
        ("10G", 10**10),
        ("1.5Ki", 1536),
        ("1024", 1024),
    ],
)
def test_sizes(text, expected):
    assert size(text) == expected


@pytest.mark.parametrize("text", ["", "Gi", "2gi", "-1Gi", "2 Gi", "2GB"])
def test_what_is_no_size(text):
    with pytest.raises(ValueError, match="is not a size"):
        size(text)
