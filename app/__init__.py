"""Đầu Mối: the one focal point of a utility's district office."""

__version__ = "0.2.0"
