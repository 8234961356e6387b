"""What others make of the same cases."""
