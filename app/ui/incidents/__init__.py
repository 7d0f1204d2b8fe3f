"""Incidents: what is out of order for many, and the requests under it."""
