"""Inference: calibration by trials, reweighting by a person's visits, sensitivities, what-if years.

Asks `course` and `session` many times and weighs their draws. Knows nothing of plans, files,
figures or commands.
"""
