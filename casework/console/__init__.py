"""The console: pages for clerks, officers, managers and auditors."""
