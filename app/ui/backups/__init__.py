"""Backups in the window: those there are, and the ways out when the desk's data is damaged."""
