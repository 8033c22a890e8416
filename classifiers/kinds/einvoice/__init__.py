"""E-invoices: UBL and CII (XRechnung, ZUGFeRD, Factur-X) read into one model keyed by business terms."""
