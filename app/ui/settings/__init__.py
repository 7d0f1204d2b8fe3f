"""Look, language, synchronisation and where things lie."""
