"""What disagrees and needs a person."""
