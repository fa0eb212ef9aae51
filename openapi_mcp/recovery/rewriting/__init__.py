"""Values in other words: dates, numbers, labels and spellings of one value."""
