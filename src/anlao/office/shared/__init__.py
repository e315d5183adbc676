"""What every part of the office leans on: row scope, audit, words in two languages."""
