"""Mechanics of a pore: an elastic ring of skin with collagen turnover, and finite elements.

Collagen, plug pressure and contraction over time in, pore diameter over its resting value out. May
use `tissue` and `data` for numbers; knows nothing of light, heat, or how collagen heals.
"""
