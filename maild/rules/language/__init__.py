"""What may be written in rule files: a model for each section, and the value that each entry comes to."""
