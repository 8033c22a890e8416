"""The demo's mail server: Dovecot for reading, a gateway for delivering, both on loopback and without rights."""
