"""What tools need and yield, and finding them by words."""
