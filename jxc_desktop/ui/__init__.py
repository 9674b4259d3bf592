"""The windows: everything the user sees, and nothing that decides business."""
