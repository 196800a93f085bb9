"""Tables of areas as users have them: taken, merged with what is known, or refused and why."""
