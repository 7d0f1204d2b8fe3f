"""The window of a desk, put together: set-up, sign-in, then the pages that a person's roles call for."""
