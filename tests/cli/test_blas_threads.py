import os
import subprocess
import sys


def test_a_command_keeps_the_threads_of_openblas_to_one_unless_told():
    told = "; import os, atexit; atexit.register(lambda: print(os.environ['OPENBLAS_NUM_THREADS']))"
    run = (
        "import sys; assert 'numpy' not in sys.modules; from porelight.cli.app import main; "
        "assert 'numpy' not in sys.modules, 'too late'" + told + "; main(['config', 'example'])"
    )
    for given, expected in ((None, "1"), ("2", "2")):
        usual = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
        environment = usual if given is None else {**usual, "OPENBLAS_NUM_THREADS": given}
        done = subprocess.run(
            [sys.executable, "-c", run], capture_output=True, text=True, env=environment, check=True
        )
        assert done.stdout.splitlines()[-1] == expected
