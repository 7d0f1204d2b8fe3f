"""The head office as a desk sees it: what is on its way, what is stuck, files on a stick."""
