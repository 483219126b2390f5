"""The first-run assistant: one page per stage of `desktop.first_run`, in one shell (`assistant`)."""
