"""How a store of an earlier schema becomes one of today's, step by step (alembic)."""
