"""A marketplace that is killed at every boundary, and a judge who looks at Bill.com's own books."""
