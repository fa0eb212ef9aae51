"""What is wrong with a step as it is held against what it calls."""

from typing import NamedTuple


class Warned(NamedTuple):
    """What is wrong with a step, what to do, and the place within the step.

    Where it `is_fatal`, the step fails in each run, and the steps before it would have written for nothing. Of what
    `is_lacking` that is not sure where something else may be meant by a near name.
    """

    message: str
    hint: str
    place: str = ""
    is_fatal: bool = False
    is_lacking: bool = False
