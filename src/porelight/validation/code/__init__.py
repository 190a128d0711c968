"""The code held against exact values: light, heat, mechanics, injury, rendered photographs."""
