"""The demonstration: all steps from a virtual photograph to a report, each with checks.

May use every room; only the command line starts it.
"""
