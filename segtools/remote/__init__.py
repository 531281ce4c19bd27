"""Files that lie in S3, Google Cloud Storage or Azure: fetched once, uploaded once."""

from segtools.remote.urls import is_url, refuse_url, shown, under

__all__ = ["is_url", "refuse_url", "shown", "under"]
