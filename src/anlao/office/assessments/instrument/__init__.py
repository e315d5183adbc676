"""The instruments of assessment as versioned data, and their checked reading."""
