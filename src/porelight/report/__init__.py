"""Reports: figures, films, tables and pages of results, in clinic units and plain sentences.

May use every room below; knows nothing of the command line.
"""
