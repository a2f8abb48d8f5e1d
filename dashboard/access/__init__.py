"""Who may read what: settings, scope, the person who asks, and the log of what was read."""
