"""Sphinx configuration of porelight's documentation."""

project = "porelight"
author = "The porelight developers"
extensions = ["myst_nb"]
myst_enable_extensions = ["dollarmath", "amsmath"]
exclude_patterns = ["_build"]
nb_execution_mode = "off"  # the tests run the notebooks; here they are shown as they stand
html_theme = "alabaster"
