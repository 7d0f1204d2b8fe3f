"""`python -m app`: the same as the command `daumoi`."""

import sys

from app.cli import main

sys.exit(main())
