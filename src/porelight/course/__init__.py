"""Courses: sessions and care of one skin over weeks, and the outcome of each draw.

Joins `healing`, `mechanics` and `effects` after `session`, and holds the one table of fields and
the one registry of outcomes. Knows nothing of plans, files, figures or commands.
"""
