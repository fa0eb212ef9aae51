"""What a turn cost, by the prices that genai-prices ships: nothing is fetched."""

import math
from typing import TYPE_CHECKING

from openapi_mcp.ask.names import ModelName

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelResponse


def cost_of(response: "ModelResponse", model: ModelName) -> float | None:
    """Return US dollars; None where the model is not at its service's own address, or has no known price."""
    if not model.is_at_home or response.usage.unmeasured_requests:
        return None
    from genai_prices import calc_price

    for name in (model.id, response.model_name or model.id):  # "NAME-latest" may be known by what it stands for
        try:
            cost = float(calc_price(response.usage, name, provider_id=model.wire.value).total_price)
        except (LookupError, ValueError, ArithmeticError):
            continue
        return cost if math.isfinite(cost) and cost >= 0 else None
    return None
