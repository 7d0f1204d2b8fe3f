"""What people do: one public method is one use case is one entry, handed to the writer."""
