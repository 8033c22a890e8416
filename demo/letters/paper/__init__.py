"""Invoices as a person sees them: PDF pages in six layouts, scans of them, and PDFs that carry their own XML."""
