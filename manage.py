#!/usr/bin/env python3
"""Entry point of every command. Written so that old Pythons can read it and say what is missing."""

import os
import sys

import bootstrap


def main():
    bootstrap.prepare(sys.argv)
    testing = sys.argv[1:2] == ["test"]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings" if testing else "portal.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
