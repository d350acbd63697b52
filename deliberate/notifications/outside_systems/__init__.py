"""Cases sent to outside systems and statuses taken from them, by an adapter for each system."""
