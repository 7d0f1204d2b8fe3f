"""What people ask: ids for a filter and an order, rows for ids."""
