"""The office as a Django project: settings, addresses, the server's entrance."""
