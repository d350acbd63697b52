"""Telling people: one notice an act, fanned out by a job, each delivery tried until through."""
