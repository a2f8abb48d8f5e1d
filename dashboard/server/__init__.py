"""What answers a browser: the application, how it starts, whether it is well, and its menu."""
