"""The table of defences that are taken away one at a time fits the source."""

from tests.mutations import ROOT, mutations


def test_every_defence_stands_in_the_source_once():
    """One that was moved or reworded is mended in tests/mutations.txt with it, or its test proves nothing."""
    texts = {path: (ROOT / path).read_text(encoding="utf-8") for path in {each.file for each in mutations()}}

    assert [each.name for each in mutations() if texts[each.file].count(each.old) != 1] == []
    assert [each.name for each in mutations() if not (ROOT / each.tests.partition("::")[0]).is_file()] == []
