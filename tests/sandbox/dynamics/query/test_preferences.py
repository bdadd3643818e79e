"""The Prefer header."""

import pytest

from connector.sandbox.dynamics.query.preferences import FORMATTED, LOGICAL_NAME, Preferences


def test_one_header_holds_them_all() -> None:
    """A comma list, quoted values with commas of their own, flags without a value; names in any case."""
    read = Preferences.read(
        'odata.maxpagesize=2,odata.include-annotations="OData.Community.*,Microsoft.Dynamics.CRM.lookuplogicalname",'
        " Odata.Track-Changes , return=representation,odata.continue-on-error"
    )
    assert (read.page_size, read.track_changes, read.representation, read.continue_on_error) == (2, True, True, True)
    assert read.wants(FORMATTED)
    assert read.wants(LOGICAL_NAME)
    assert not read.wants("Microsoft.Dynamics.CRM.totalrecordcount")


@pytest.mark.parametrize("header", ["", "odata.maxpagesize=0", "odata.maxpagesize=x", "handling=strict"])
def test_what_is_no_preference_of_ours_is_ignored(header: str) -> None:
    """No page size, no annotations."""
    read = Preferences.read(header)
    assert (read.page_size, read.annotations, read.track_changes) == (None, (), False)


def test_a_minus_takes_an_annotation_away() -> None:
    """`*,-Microsoft.*`: all but those."""
    read = Preferences.read('odata.include-annotations="*,-Microsoft.*"')
    assert read.wants(FORMATTED)
    assert not read.wants(LOGICAL_NAME)


def test_applied_repeats_the_words_of_the_request() -> None:
    """`Preference-Applied` holds what was followed, in the order and words it was asked in."""
    read = Preferences.read('odata.include-annotations="*",odata.maxpagesize=2,wait=3')
    applied = read.applied("odata.maxpagesize", "odata.include-annotations")
    assert applied == 'odata.include-annotations="*",odata.maxpagesize=2'
