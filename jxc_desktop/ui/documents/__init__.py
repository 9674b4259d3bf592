"""Documents on the screen: one editor for every type, made from its declaration."""
