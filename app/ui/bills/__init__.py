"""Bills: the list, billing a period, printing."""
