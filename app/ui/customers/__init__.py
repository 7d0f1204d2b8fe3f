"""Customers: found, seen at a glance, added and edited."""
