"""What the widget says once it is opened: asked for, so that its files carry no language twice."""

from __future__ import annotations

from webapp.interface import gettext, ngettext


def words() -> dict[str, str]:
    """Everything that is said in the widget; ``%s`` is filled in there."""
    return _of_lists() | _of_articles() | _of_contact()


def _of_lists() -> dict[str, str]:
    return {
        "close": gettext("Close"),
        "back": gettext("Back"),
        "offered": gettext("For this page"),
        "empty": gettext("What would you like to know?"),
        "all": gettext("All articles"),
        "one": ngettext("%(count)s result", "%(count)s results", 1, count=1),
        "many": ngettext("%(count)s result", "%(count)s results", 2, count="%s"),
        "weak": gettext("No close match"),
        "none": gettext("Nothing found for “%(query)s”", query="%s"),
        "fewer": gettext("Try fewer or more general words, or say it in another way."),
        "last": gettext("Search for “%(query)s”", query="%s"),
        "notices": gettext("Notices"),
        "suggestions": gettext("Suggestions"),
    }


def _of_articles() -> dict[str, str]:
    return {
        "whole": gettext("Open the article in a new tab"),
        "ask": gettext("Did this solve your issue?"),
        "yes": gettext("Yes"),
        "no": gettext("No"),
        "glad": gettext("Thank you, we are glad it helped"),
        "how": gettext("How was our help?"),
        "thanks": gettext("Thank you"),
        "sorry": gettext("Sorry that it did not help"),
        "why": gettext("What was wrong?"),
        "not_related": gettext("It is about something else"),
        "did_not_answer": gettext("It is related, but does not answer my question"),
        "out_of_date": gettext("It is out of date"),
        "hard_to_follow": gettext("It is hard to follow"),
        "told": gettext("Thank you, that helps us to improve the article"),
        "unshown": gettext("The article cannot be shown here."),
        "unsaid": gettext("Your answer could not be sent. Please try again in a moment."),
    }


def _of_contact() -> dict[str, str]:
    return {
        "contact": gettext("Contact us"),
        "still": gettext("Still need help?"),
        "optional": gettext("(optional)"),
        "choose": gettext("Please choose"),
        "files": gettext("Files"),
        "offers": gettext("This may answer it"),
        "send": gettext("Send"),
        "sending": gettext("Sending…"),
        "unsent": gettext(
            "Your message could not be sent. Nothing was lost: please press Send again in a moment."
        ),
        "reach": gettext("How to reach us"),
        "arrived": gettext("Your message has arrived"),
        "read": gettext("Thank you for writing to us. A person will read it."),
        "reference": gettext("Your reference"),
        "due": gettext("We answer by %(moment)s at the latest.", moment="%s"),
    }


def ratings() -> tuple[str, ...]:
    """The answers to "How was our help?", from 1 to 5."""
    return (
        gettext("Very bad"),
        gettext("Bad"),
        gettext("OK"),
        gettext("Good"),
        gettext("Very good"),
    )
