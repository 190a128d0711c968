"""Verification, calibration and validation against exact and published values.

``porelight verify`` runs them. May use every room below; knows nothing of files or figures.
"""
