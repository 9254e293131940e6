"""Tasks: what a person must do, by when and why; held, handed on, done, or ended by what made them moot."""
