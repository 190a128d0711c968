"""Data that ships with porelight: sourced numbers, spectra, tables and networks, and their loader.

The files lie in one folder per room. Knows nothing of what the numbers are used for.
"""
