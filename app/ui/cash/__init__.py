"""Taking money at the counter: the page, its drawer, and what is printed."""
