"""Who may do what, and when: each rule a pair, check_… raises and can_… answers."""
