"""Heat in skin: conduction, perfusion, cooling and ablation, and what a thermometer shows of it.

Arrays of absorbed energy in, arrays of temperature out, in SI units. May use `tissue`, `laser` and
`data` for numbers; knows nothing of how the light got there, of injury, or of sessions.
"""
