"""Pages of the window: lists, master data, stock, history, reports, home."""
