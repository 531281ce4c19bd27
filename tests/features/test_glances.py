"""The catalogue shows its bases, and what the data does not support."""

import pytest
from glancing import HOSTILE, looked_at

from segtools.features.build import supported
from segtools.features.catalogue import Window
from segtools.features.describe import catalogue_record
from segtools.features.glances import Catalogue


def feature(name, basis="value", role="segmentation"):
    return {"name": name, "basis": basis, "label": name, "role": role}


def test_the_catalogue_counts_features_by_basis_and_names_what_is_lacking(shop):
    features, missing = supported(shop, ["value", "behaviour"])
    record = catalogue_record(features, missing, shop, Window(0, 180))
    text = looked_at(record)
    many = len(record["features"])
    assert text.startswith(f"Feature catalogue: {many} features")
    assert (
        f"Features: {many}; Days in the window: 180; Left out: {len(missing)}" in text
    )
    own = [f for f in record["features"] if f["basis"] == "value"]
    building = [f for f in own if f["role"] == "segmentation"]
    assert f"value {building[0]['label']} {len(own)} {len(building)}" in text
    name, lacks = next(iter(missing.items()))
    assert f"{name} ({', '.join(lacks)})" in text


@pytest.mark.parametrize("name", HOSTILE)
def test_names_from_attributes_and_extensions_are_escaped(name):
    many = [feature(name, basis=f"{i} {name}") for i in range(40)]
    left = {f"{i} {name}": [name] for i in range(40)}
    assert looked_at(Catalogue(features=many, left_out=left, window_days=90))


def test_a_catalogue_that_lacks_nothing_says_nothing_of_it():
    text = looked_at(Catalogue(features=[feature("n")], left_out={}, window_days=9))
    assert "Left out: 0" in text
    assert "lacks" not in text
