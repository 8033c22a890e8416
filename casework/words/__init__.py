"""The words of the house as types. No framework, no file, no network: everybody may import them."""
