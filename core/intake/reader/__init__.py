"""What runs in the child process: standard library and calamine only, no Django, no network, no files.

The parent (``core.intake.parser``) starts it, sends the file on standard input and reads JSON lines back, so a
hostile file can at worst end the child.
"""
