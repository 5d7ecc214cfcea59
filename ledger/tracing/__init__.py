"""Tracing: interval arithmetic on columns of moves. Both questions by binary search; nothing is estimated."""
