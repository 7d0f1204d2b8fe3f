"""Steps from one release of the database to the next."""
