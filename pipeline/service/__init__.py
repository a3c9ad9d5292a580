"""The local HTTP service: a warm answerer behind `/ask`, `/search`, `/score`, `/verify`, `/sources` and `/health`."""
