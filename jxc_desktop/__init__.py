"""JXC Desktop: purchasing, sales and stock for small trading companies."""

__version__ = "0.1.0"
