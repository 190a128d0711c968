"""Devices and exposures: beam, pulses, path of the spot, limits, and thermometer settings.

Settings in, an `Exposure` in SI units out. May use `tissue` and `data`; knows nothing of what the
light does in skin.
"""
