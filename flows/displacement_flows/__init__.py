"""Entry points: Prefect flows, deployments and the command line. Only this floor knows Prefect."""

import os

# Episodes are many and small: threads of the algebra library would only fight over the cores.
# It has to be said before numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
