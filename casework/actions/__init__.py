"""Everything that changes the record; each change writes an audit event in the same transaction."""
