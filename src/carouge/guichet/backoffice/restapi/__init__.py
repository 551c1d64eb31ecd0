"""What business systems may read and write."""
