"""Share pictures of pages, the manifest, the service worker and the page without a connection."""
