"""What every part of the office leans on: row scope, audit, confidential values."""
