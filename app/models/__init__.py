"""What is stored: tables, the same for SQLite and PostgreSQL."""
