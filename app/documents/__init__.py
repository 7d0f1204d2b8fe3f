"""What is handed over: slips, receipts, bills, notices, workbooks."""
