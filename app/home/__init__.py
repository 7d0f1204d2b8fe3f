"""What becomes of a home: its first start, its backups and the ways back from them, its encryption."""
