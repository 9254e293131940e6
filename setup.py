"""Carries the content library, which lies beside the source, into the wheel as `throughline/_content`."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithContent(build_py):
    """Copies `content/` into the built package; `foundation.content.library` finds it there."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            shutil.copytree(
                Path(__file__).parent / "content",
                Path(self.build_lib) / "throughline/_content",
                dirs_exist_ok=True,
            )


setup(cmdclass={"build_py": BuildWithContent})
