"""Pictures of 1200 by 630 pixels that are shown where a link to a page is shared."""
