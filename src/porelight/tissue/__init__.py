"""The skin that is treated: layers, pores, optical and thermal properties, virtual people.

Descriptions of a person in, properties of skin in SI units out, each number with its source. May
use `data`; knows nothing of lasers, physics, or photographs.
"""
