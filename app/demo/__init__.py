"""A made-up office, and the played day."""
