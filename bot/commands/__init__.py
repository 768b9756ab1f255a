"""Chat commands: text or options in, request, handler, reply; no platform is known here."""
