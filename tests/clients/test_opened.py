"""What a bundle leaves out at its start: options whose setting nobody filled in."""

import pytest

from openapi_mcp.clients.opened import filled


@pytest.mark.parametrize(
    ("words", "environ", "left"),
    [
        (["--base-url", "${user_config.base_url}"], {}, ()),
        (["--base-url", ""], {}, ()),
        (["--base-url", "shop="], {}, ()),
        (["--base-url", "https://a.example"], {}, ("--base-url", "https://a.example")),
        (["--auth", "key=env:KEY"], {"KEY": "k"}, ("--auth", "key=env:KEY")),
        (["--auth", "key=env:KEY"], {"KEY": "${user_config.key}"}, ()),
        (["--auth", "shop=key=env:KEY"], {}, ()),
        (["--header", "X-Key: env:KEY"], {"KEY": ""}, ()),
        (["--include", "tag:env:KEY"], {}, ("--include", "tag:env:KEY")),
        (["serve", "--select", "--files", "${user_config.files}"], {}, ("serve", "--select")),
    ],
)
def test_an_option_without_a_value_of_its_setting_is_left_out(
    words: list[str], environ: dict[str, str], left: tuple[str, ...]
) -> None:
    """MCPB README: what is not filled in stays as it stands in the manifest."""
    assert filled(words, environ) == left
