"""The pages of the made-up run, rendered once."""

import pytest
from fake_run import RUN, notebook, persona_notebook, write_notebook, write_records

from segtools.report.html import front_page, stage_page
from segtools.schema import STAGES


@pytest.fixture(scope="session")
def fake_pages(tmp_path_factory):
    folder = write_records(tmp_path_factory.mktemp("run"))
    for stage in STAGES:
        book = persona_notebook() if stage == "04_personas" else notebook()
        path = write_notebook(folder / "notebooks" / f"{stage}.ipynb", book)
        stage_page(path, folder / f"{stage}.html", stage=stage, run=RUN)
    front_page(folder)
    return folder
