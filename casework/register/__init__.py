"""The books and the register of automation potential: derived, never typed in."""
