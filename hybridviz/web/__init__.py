"""The Flask side: pages, websockets and files; `extension` puts them together."""
