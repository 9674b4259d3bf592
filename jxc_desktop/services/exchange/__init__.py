"""Spreadsheets in and out: reading foreign files, matching their columns, writing tables."""
