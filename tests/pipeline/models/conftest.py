"""Fixtures of the folder."""

from tests.pipeline.models.fake_openai import server
from tests.pipeline.models.fake_places import places, settings, weights

__all__ = ["places", "server", "settings", "weights"]
