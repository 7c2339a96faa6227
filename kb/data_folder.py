"""A data folder that cannot be used is the operator's to mend, so every command tells it alike."""

from __future__ import annotations

from kb.errors import UnavailableError


def unusable(error: OSError) -> UnavailableError:
    """What to raise where the folder, or something in it, can be neither read nor written."""
    remedy = "make it readable and writable for the user that runs this"
    if isinstance(error, FileExistsError | NotADirectoryError):
        remedy = "set KB_DATA to a folder"
    return UnavailableError(f"{error.filename}: {error.strerror} ({remedy})")
