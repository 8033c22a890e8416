"""Typed candidates in a text: dates, amounts, accounts, identifiers, each with its place."""
