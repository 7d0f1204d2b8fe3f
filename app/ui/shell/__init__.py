"""The window: navigation, search, status."""
