"""``python -m porelight`` is the command line."""

from porelight.cli.app import main

main()
