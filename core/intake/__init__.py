"""Registers from spreadsheets: read in a child process, map headers, clean rows, hand errors back in the same layout.

Kept free of imports: the child process imports ``core.intake.reader`` through this package and must not load Django.
"""
