"""What every message of the API is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Closed, so that a mistyped key is an error and not silence."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Nothing(Model):
    """No params, or no result."""
