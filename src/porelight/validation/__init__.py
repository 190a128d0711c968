"""Verification, calibration and validation against exact and published values, kept apart.

``porelight verify`` and ``porelight credibility`` run them. May use every room below; knows nothing
of files or figures.
"""
