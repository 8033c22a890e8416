"""The trained judge of kinds: calibrated, and free to abstain. scikit-learn is imported only when it is used."""
