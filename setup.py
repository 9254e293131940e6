"""Carries the content library and the seeds, which lie beside the source, into the wheel as `throughline/_content`
and `throughline/_seeds`."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithContent(build_py):
    """Copies `content/` and `seeds/` into the built package, where the content library and the seed command look."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            for folder in ("content", "seeds"):
                shutil.copytree(
                    Path(__file__).parent / folder,
                    Path(self.build_lib) / f"throughline/_{folder}",
                    dirs_exist_ok=True,
                )


setup(cmdclass={"build_py": BuildWithContent})
