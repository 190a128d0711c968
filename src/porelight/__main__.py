"""``python -m porelight`` is the command line."""

from porelight.cli import main

main()
