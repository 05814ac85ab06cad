"""python geometry_command.py COMMAND ...: run it and say in JSON its wall and CPU seconds and its peak memory in MB.

A process of its own, as Linux counts a parent's memory as its child's until that loads a program.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time


def main() -> int:
    begin = time.perf_counter()
    child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    peak_mb = used.ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
    print(json.dumps({"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak_mb": peak_mb}))
    return child.returncode


if __name__ == "__main__":
    sys.exit(main())
