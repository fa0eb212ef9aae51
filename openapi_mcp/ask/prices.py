"""What a turn cost, by the prices that genai-prices ships: nothing is fetched."""

import math
from typing import TYPE_CHECKING

from openapi_mcp.ask.names import ModelName

if TYPE_CHECKING:
    from genai_prices.types import AbstractUsage
    from pydantic_ai.messages import ModelResponse

_SAMPLE = 1_000  # tokens; some are dearer by far where there are very many


def input_price(model: ModelName) -> float | None:
    """Return US dollars of a token that goes in; None as of `cost_of`."""
    if not model.is_at_home:
        return None
    from genai_prices import Usage

    cost = _cost(Usage(input_tokens=_SAMPLE), model.id, model)
    return None if cost is None else cost / _SAMPLE


def cost_of(response: "ModelResponse", model: ModelName) -> float | None:
    """Return US dollars; None where the model is not at its service's own address, or has no known price."""
    if not model.is_at_home or response.usage.unmeasured_requests:
        return None
    cost = _cost(response.usage, model.id, model)
    if cost is None and response.model_name:  # "NAME-latest" may be known by what it stands for
        return _cost(response.usage, response.model_name, model)
    return cost


def _cost(usage: "AbstractUsage", name: str, model: ModelName) -> float | None:
    from genai_prices import calc_price

    try:
        cost = float(calc_price(usage, name, provider_id=model.wire.value).total_price)
    except (LookupError, ValueError, ArithmeticError):
        return None
    return cost if math.isfinite(cost) and cost >= 0 else None
