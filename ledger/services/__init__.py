"""What each user comes to do. A service checks its inputs, acts through the ports and says what came of
it."""
