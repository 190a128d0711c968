"""Workflows: what a user does, one call each, with quality checks, progress and a typed result.

Objects in, objects out. May use every room below; knows neither file formats, nor figures, nor the
command line, which `files`, `report` and `cli` join to it.
"""
