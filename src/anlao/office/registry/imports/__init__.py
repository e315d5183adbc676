"""What a clerk's uploaded list goes through before the database sees it."""
