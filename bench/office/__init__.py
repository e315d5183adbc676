"""The whole office under load and under blows: a city's people, many users, kills at random."""
