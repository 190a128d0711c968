"""Healing after sessions: stimulus, collagen, wound, contraction, plug, and slow ageing.

Injury of each session in, histories over weeks out, as plain arrays in SI units with one column per
draw. May use `tissue` and `data` for numbers; knows nothing of lasers, heat flow, or files.
"""
