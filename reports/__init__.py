"""The result model and everything that is made from it."""
