"""What commands show while they work."""

from porelight.cli.console import progress_bar


def test_a_bar_that_nobody_sees_prints_nothing(capsys):
    with progress_bar("working", quiet=False) as progress:
        progress(0.5)
    with progress_bar("working", quiet=True) as progress:
        progress(0.5)
    assert capsys.readouterr() == ("", "")
