"""Copies of the whole database from one engine or server to another."""
