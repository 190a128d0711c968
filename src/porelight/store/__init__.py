"""Studies: subjects, visits, photographs and what was measured on them, kept and never lost.

A database (SQLite, or PostgreSQL by URL) with sealed photographs beside it, an append-only log of
who read and wrote what, and jobs that workers take. Begin reading at `store.py`.
"""
