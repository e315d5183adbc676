"""The county office: the platform on which a civil-affairs bureau works."""
