"""Work in chunks on many processes: which do it, what is kept of it, how it goes on after a stop.

A task knows nothing of where it runs, and this room nothing of skin: it maps a function over chunks
of rows and keeps what comes back.
"""
