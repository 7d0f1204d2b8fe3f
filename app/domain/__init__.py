"""What is decided: pure rules, no input or output."""
