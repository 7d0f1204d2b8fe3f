"""Requests: the list with its inspector, receiving, answering, telling."""
