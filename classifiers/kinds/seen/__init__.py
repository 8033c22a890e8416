"""Documents read as a person sees them: by labels, places and arithmetic."""
