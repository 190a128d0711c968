"""Sphinx configuration of porelight's documentation."""

project = "porelight"
author = "The porelight developers"
extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath", "amsmath"]
exclude_patterns = ["_build"]
html_theme = "alabaster"
