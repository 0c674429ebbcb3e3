"""From the words of the features to actions and judgements; one module for each actor."""
