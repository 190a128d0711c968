"""Plans: the sessions that are safe for a skin, and the courses of them, ranked by benefit.

May use `course`, `session` and everything below them; knows nothing of files, figures or commands.
"""
