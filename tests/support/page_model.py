"""The model that pages ask: it answers the questions that they show, by the calls that they show."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from support.model_scripts import say, think, took, use
from support.model_service import ModelService, running_models
from support.model_talk import Conversation, Fault, Reply, Turn

_LATEST = use("orders_list", customer="Ana Souza", ordering="-placed_at", page_size=1)


def _stock(conversation: Conversation) -> Any:
    """Look at each product of the order, all in one turn."""
    items = conversation.answer("orders_list")["results"][0]["items"]
    replies = [use("products_retrieve", id=item["product"])(conversation) for item in items]
    return Reply(
        calls=tuple(call for reply in replies if isinstance(reply, Reply) for call in reply.calls), finish="calls"
    )


_SAID: dict[str, tuple[Turn, ...]] = {
    "is everything in Ana Souza's latest order still in stock?": (
        think("Her latest order first.", _LATEST),
        think("Now each of its products.", _stock),
        say("No: the Coffee Grinder is out of stock, the others are there."),
    ),
    "when was it placed?": (say("On {}.", took("orders_list", lambda found: found["results"][0]["placed_at"][:10])),),
    "which customers are in Porto?": (
        use("customers_list", city="Porto"),
        say("{} of them.", took("customers_list", "count")),
    ),
}


@contextmanager
def page_model() -> Iterator[ModelService]:
    """Run the service of models that a page's commands ask."""
    asked: Counter[str] = Counter()

    def answers(conversation: Conversation) -> Reply | Fault:
        question = next(each for each in reversed(conversation.asked) if each in _SAID)
        asked[question] += 1
        turns = _SAID[question]
        return turns[(asked[question] - 1) % len(turns)](conversation)

    with running_models(last=answers) as service:
        yield service
