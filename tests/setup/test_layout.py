"""Names at the top of the repository must not get in the way of the libraries."""

import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from jxc_desktop import paths
from jxc_desktop.setup import ROOT


def test_the_folder_alembic_does_not_hide_the_library() -> None:
    assert not (ROOT / "alembic" / "__init__.py").exists()
    show = "import alembic.command; print(alembic.__file__)"
    done = subprocess.run([sys.executable, "-c", show], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "site-packages" in done.stdout


@pytest.mark.parametrize("part", ["fonts/NotoSansSC-Regular.ttf", "fonts/Inter-Bold.ttf", "icons/house.svg"])
def test_resources_are_found(part: str) -> None:
    assert (paths.RESOURCES / part).stat().st_size > 0


def test_every_vendored_file_has_its_licence() -> None:
    assert (paths.RESOURCES / "icons" / "LICENSE.txt").exists()
    families = {font.name.split("-")[0] for font in (paths.RESOURCES / "fonts").glob("*.ttf")}
    licences = {text.name.split("-")[0] for text in (paths.RESOURCES / "fonts").glob("*-LICENSE.txt")}
    assert families == licences


def test_no_test_touches_the_folders_of_its_user(tmp_path: Path) -> None:
    assert tmp_path in platformdirs.user_config_path("JXC Desktop").parents
    assert tmp_path in platformdirs.user_data_path("JXC Desktop").parents
