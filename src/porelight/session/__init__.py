"""One treatment session of one skin: its light, heat and injury, joined in that order.

May use the physics rooms (light, heat, injury), `laser`, `tissue` and `data`; knows nothing of the
weeks that follow, of plans, files or pictures.
"""
