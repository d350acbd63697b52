"""Positions, shapes and their drawing: pure Python, without the database or the web."""

Position = tuple[float, float]
"""Longitude and latitude in degrees, in this order, as in RFC 7946."""
Line = list[Position]
Polygon = list[Line]
"""An outer ring and its holes; each ring ends where it begins."""
