"""Effects beside the pore: redness, pigment, lines, roughness, scars, over the weeks.

Injury of each session and collagen over time in, relative changes out, as plain arrays in SI units.
May use `tissue` and `data` for numbers; knows nothing of lasers, sessions, or files.
"""
