"""docs/reference/configuration.md is what the code declares."""

import re

from scripts.config_reference import PAGE, anchor, page, sections


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(), "make docs writes it"


def test_every_key_of_every_section_stands_there():
    text = page()
    for section in sections():
        for key in section.by_key:
            assert f"`{key}`" in text


def test_every_link_leads_to_a_heading():
    text = page()
    headings = {anchor(heading) for heading in re.findall(r"^## (.+)$", text, re.MULTILINE)}
    links = set(re.findall(r"\]\(#([^)]+)\)", text))
    assert links
    assert links <= headings
