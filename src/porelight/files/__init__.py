"""Files: every format that is read or written, in clinic units, whole or not at all.

Joins the objects of `workflows` and the rooms below to disk; knows nothing of figures or commands.
Only here and in `report`, `cli` and `demo` are files touched.
"""
