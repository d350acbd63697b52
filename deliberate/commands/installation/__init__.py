"""Commands that set an installation up: settings, keys, first administrator."""
