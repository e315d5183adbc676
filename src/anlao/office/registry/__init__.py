"""The register of people: who they are, and how they are found."""
