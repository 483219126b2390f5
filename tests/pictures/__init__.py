"""Pictures of every screen in the middle of a store's day, for people who look: see `__main__`."""
