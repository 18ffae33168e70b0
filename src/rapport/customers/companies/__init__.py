"""Companies: whose people write to us, by which domains they are known, and making one of two."""
