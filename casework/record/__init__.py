"""The record: models, keys and the encrypted store. Nothing here decides."""
