"""The web server: health and metrics for the operator."""
