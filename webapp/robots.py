"""Who is no visitor: crawlers, programs that walk through pages, and browsers that only prefetch.

They are answered like everybody, but get no cookie and leave no impression: a search nobody read
would count as failed. HTTP libraries are visitors of the API, which is there for them; a browser
without a window is one too, since whoever searches and votes with it means to.
"""

from __future__ import annotations

import re

from crawlerdetect import CrawlerDetect
from flask import Request

LONGEST_AGENT = 512  # characters; the patterns get slow on more
LIBRARY = re.compile(
    r"^(?:curl|wget|httpie|python|aiohttp|axios|node|undici|got|okhttp|java|apache-httpclient"
    r"|go-http-client|ruby|faraday|guzzlehttp|php|dart|reqwest|libwww-perl|postman|insomnia)\b",
    re.IGNORECASE,
)
HEADLESS = re.compile(r"Headless(?=Chrome/)")

_detector = CrawlerDetect()


def is_robot(agent: str, for_programs: bool) -> bool:
    """Whether a ``User-Agent`` is no visitor's, on a page or in a call made for programs."""
    agent = HEADLESS.sub("", agent[:LONGEST_AGENT]).strip()
    if not agent or LIBRARY.match(agent):
        return not for_programs
    return bool(_detector.is_crawler(agent))


def is_seen(request: Request) -> bool:
    """Whether somebody will look at the answer."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.method != "HEAD" and "prefetch" not in purpose.lower()
