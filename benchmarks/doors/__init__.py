"""What the measurements of the entrance share."""
