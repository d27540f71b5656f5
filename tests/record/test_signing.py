"""The commands of SECURITY.md, as they stand there, on a real key and a real zip."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from citable import paths

pytestmark = pytest.mark.skipif(
    not shutil.which("ssh-keygen") or not shutil.which("unzip"),
    reason="no ssh-keygen or unzip here (Debian: openssh-client, unzip)",
)


def documented() -> tuple[str, str]:
    """Return the shell of the documented check and the command that signs."""
    text = (paths.ROOT / "SECURITY.md").read_text(encoding="utf-8")
    check = re.search(r"```sh\n(.*?)```", text, re.S)
    sign = re.search(r"To sign: `(.*)`", text)
    assert check
    assert sign
    return check[1].replace("EDITION", "edition"), sign[1].replace("EDITION", "edition")


def shell(folder: Path, commands: str) -> int:
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands], cwd=folder, capture_output=True, check=False
    ).returncode


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    key = "ssh-keygen -q -t ed25519 -N '' -f KEY && cp KEY.pub one-in-four.pub"
    assert shell(tmp_path, key) == 0
    with zipfile.ZipFile(tmp_path / "edition.zip", "w") as archive:
        archive.writestr("edition/findings.json", "{}")
        digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        archive.writestr("edition/SHA256SUMS", f"{digest}  findings.json\n")
    assert shell(tmp_path, documented()[1]) == 0
    return tmp_path


def test_a_signed_edition_passes(signed: Path) -> None:
    assert shell(signed, documented()[0]) == 0


def test_one_changed_byte_of_a_signed_edition_fails(signed: Path) -> None:
    file = signed / "edition.zip"
    content = bytearray(file.read_bytes())
    content[40] ^= 1
    file.write_bytes(bytes(content))
    assert shell(signed, documented()[0]) != 0


def test_another_key_fails(signed: Path) -> None:
    other = "rm KEY KEY.pub && ssh-keygen -q -t ed25519 -N '' -f KEY && cp KEY.pub one-in-four.pub"
    assert shell(signed, other) == 0
    assert shell(signed, documented()[0]) != 0
