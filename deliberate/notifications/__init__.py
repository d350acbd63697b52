"""Notices written by acts, their deliveries in the account and by mail, feeds and calendars."""
