"""The field's public sets: one file reads them, one value each in one table says what they are."""
