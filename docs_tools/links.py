"""What is wrong with the links of a built site: `python -m docs_tools.links build/site`.

Links within the site must lead somewhere, anchors too, and nothing may be loaded from another host: the site is read
from a disk, without a network. Links that a reader may follow to other hosts are not asked for here.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data", "form": "action"}
_RELATIONS = frozenset(("stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch", "manifest"))
_IN_CSS = re.compile(r"""url\(\s*["']?(?!data:|#)([^"')]+)|@import\s+["']([^"']+)""")
_OF_A_SERVER = "404.html"
"""A page that no one opens as a file: only a web server shows it, in place of any other."""
_FOLLOWED = frozenset(("https", "mailto"))


@dataclass(slots=True)
class Page(HTMLParser):
    """What a page leads to, loads, and can be led to in."""

    text: str
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Read it."""
        HTMLParser.__init__(self)
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what one element says."""
        said = {name: value or "" for name, value in attrs}
        self.anchors |= {said[name] for name in ("id", "name") if name in said}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        if tag in _LOADED and _LOADED[tag] in said:
            self.loads.append(said[_LOADED[tag]])
        if tag == "link" and _RELATIONS & set(said.get("rel", "").split()):
            self.loads.append(said.get("href", ""))


def problems(site: Path) -> list[str]:
    """Return what is wrong, each with its page; nothing where all is well."""
    files = [file for file in sorted(site.rglob("*.html")) if file.name != _OF_A_SERVER]
    pages = {file: Page(text=file.read_text(encoding="utf-8")) for file in files}
    found = [
        f"{file.relative_to(site)}: {said}" for file, page in pages.items() for said in _of_page(file, page, pages)
    ]
    styles = [(file, url) for file in site.rglob("*.css") for url in _urls(file)]
    return found + [f"{file.relative_to(site)}: loads {url}" for file, url in styles if _is_elsewhere(url)]


def _of_page(file: Path, page: Page, pages: dict[Path, Page]) -> Iterator[str]:
    for url in page.loads:
        if _is_elsewhere(url):
            yield f"loads {url}"
        elif not _target(file, url).exists():
            yield f"loads {url}, which is not there"
    for url in page.links:
        if _is_elsewhere(url):
            yield from [] if urlsplit(url).scheme in _FOLLOWED else [f"leads to {url}"]
        else:
            yield from _broken(file, url, pages)


def _broken(file: Path, url: str, pages: dict[Path, Page]) -> Iterator[str]:
    target, anchor = _target(file, url), unquote(urlsplit(url).fragment)
    if not target.is_file():
        yield f"leads to {url}, which is not there"
    elif anchor and target in pages and anchor not in pages[target].anchors:
        yield f"leads to {url}, which has no such place"


def _target(file: Path, url: str) -> Path:
    path = unquote(urlsplit(url).path)
    return (file.parent / path).resolve() if path else file


def _is_elsewhere(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.scheme or parts.netloc) and parts.scheme != "data"


def _urls(file: Path) -> list[str]:
    return [first or second for first, second in _IN_CSS.findall(file.read_text(encoding="utf-8"))]


def main() -> int:
    """Say what is wrong with a site; 1 where anything is."""
    found = problems(Path(sys.argv[1]).resolve())
    print("\n".join(found) or "every link leads somewhere, and nothing is loaded from elsewhere")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
