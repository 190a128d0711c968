"""Statistics of a study: from a long table of numbers to effects with intervals, and to its size.

A mixed model with intervals that hold for few subjects, changes of single subjects against the
error of measuring, repeats, what was lost where, and what the missing may have been. Tables in,
results out; knows neither store nor files nor figures.
"""
