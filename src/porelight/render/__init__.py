"""Virtual photographs of skin with known pores, and previews of predicted pores in photographs.

Shapes and pigments of skin in, 8-bit pictures out. May use `tissue` and `data`; knows nothing of
the detector that its pictures test.
"""
