"""Injury that a temperature history leaves in tissue: rate processes, heat shock, thermal dose.

Temperatures over time in, fractions and doses out, as plain arrays in SI units. May use `tissue`
and `data` for numbers; knows nothing of light, heat flow, healing, or sessions.
"""
