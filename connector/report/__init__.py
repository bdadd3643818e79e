"""Reports over everybody in the mirror: the scorecard of `connector audit`, and the moves between statuses."""
