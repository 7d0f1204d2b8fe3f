"""Rules of the office and its duty roster."""
