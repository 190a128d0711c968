"""What must be set before a test loads NumPy: one thread for OpenBLAS, as the command line has it.

Workers of pytest-xdist share the cores; threads of OpenBLAS that wait for one another there take
hundreds of times as long over the small matrices of layered reflectance as one thread does.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
