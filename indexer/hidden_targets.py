"""Links to articles that are there and hidden from customers: no other path would mend them."""

from __future__ import annotations

from urllib.parse import unquote

from indexer.source import Content
from kb.links import Links

HIDDEN_REMEDY = "take out the link as long as that article is hidden"


class HiddenTargets:
    """Drafts, internal articles and those not due yet, by what a link to them may say."""

    def __init__(self, content: Content, site_lang: str) -> None:
        articles = [parsed.article for parsed in content.hidden]
        self._reasons = {one.path: one.reason.partition(" (")[0] for one in content.left_out}
        self._paths = Links(
            articles={one.path: one.path for one in articles},
            addresses={
                address: one.path
                for one in articles
                for address in (*one.redirect_from, one.url(site_lang))
            },
            assets={},
        )

    def what(self, kind: str, target: str) -> str | None:
        """What is to be said of a link that leads nowhere, if it leads to one of them."""
        place = target.partition("#")[0].partition("?")[0]
        path = self._paths.find(unquote(place)) or self._paths.find(place)
        if path is None:
            return None
        return f"{kind} to {target!r} leads to an article that is left out: {self._reasons[path]}"
