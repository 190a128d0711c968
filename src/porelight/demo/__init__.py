"""The demonstration: the whole way on a virtual face, with checks."""
