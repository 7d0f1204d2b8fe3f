"""The Windows setup package and the Linux bundle: how they are built and tried. See README.md."""
