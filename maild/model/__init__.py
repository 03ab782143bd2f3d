"""The nouns: frozen values that every other module speaks in."""
