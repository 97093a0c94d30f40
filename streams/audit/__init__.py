"""Who was shown what, on which basis: records that nobody can take away, change or slip in unseen. References only."""
