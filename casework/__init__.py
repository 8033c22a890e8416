"""The record of an office and its rules: words, configuration, checks, record, actions, register, console."""
