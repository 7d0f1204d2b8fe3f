"""Readings: the routes of a period, and the sheet that is typed from top to bottom."""
