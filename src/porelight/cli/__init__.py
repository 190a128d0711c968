"""The command line: reads files, shows progress, prints tables, and says what went wrong.

Every command imports what it needs when it runs, so that ``porelight --help`` is immediate.
"""
