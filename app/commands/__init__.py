"""The commands, one room a subject: `add` describes a command, what it runs is imported when it runs."""
