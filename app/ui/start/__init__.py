"""Before the day begins: set-up of a new installation, sign-in."""
