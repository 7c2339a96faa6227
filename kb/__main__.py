"""``python -m kb``: the command, also where the folder of scripts is not on the path."""

from kb.cli import main

main(prog_name="kb")
