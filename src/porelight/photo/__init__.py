"""Pores in photographs of skin: found, measured in metres, compared between visits.

Pixels and their scale in, numbers with intervals out. May use `tissue` and `data`; knows nothing
of files, lasers, or what happens to the skin afterwards.
"""
