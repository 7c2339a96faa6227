"""Repositories: fetched, pinned to one commit and read from their objects, never checked out.

What is in a repository was written by others. So nothing in it is run or obeyed: no hooks, no
filters, no attributes, no submodules, no configuration; and no name in it becomes a file's name.
"""
