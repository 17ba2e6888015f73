"""``python -m hybridviz`` is the command ``hybridviz``."""

import sys

from hybridviz.cli import main

if __name__ == "__main__":
    sys.exit(main())
