"""What a part is and what it says: one file per kind."""
