"""The hub: what the district offices' desktops reconcile with."""
