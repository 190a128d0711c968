"""Light in skin: Monte Carlo photon transport in layers, follicles and vessels.

Optical properties, beam and grid in; absorbed energy per joule with standard errors out, in SI
units. May use `tissue`, `laser` and `data`; knows nothing of heat, of sessions, or of files.
"""
