"""What our letters say, by language; other languages get English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb.contact_settings import Priority


@dataclass(frozen=True, slots=True)
class Phrases:
    """Every phrase of the two letters, in one language."""

    confirmation_subject: str
    hello: str
    hello_name: str
    received: str
    reference: str
    what_next: str
    answer_by: str
    answer_soon: str
    now_closed: str
    add_more: str
    about: str
    sent: str
    priority: str
    queue: str
    rule: str
    customer: str
    language: str
    product: str
    plan: str
    page: str
    due: str
    tried: str
    nothing_tried: str
    searched: str
    read: str
    suggested: str
    opened: str
    rejected: str
    unhelpful: str
    no_hits: str
    attachments: str
    reply_hint: str
    priorities: Mapping[Priority, str]


ENGLISH = Phrases(
    confirmation_subject="We have your message",
    hello="Hello,",
    hello_name="Hello {name},",
    received="Thank you for writing to us. Your message has arrived, and a person will read it.",
    reference="Your reference",
    what_next="What happens next",
    answer_by="We answer by {due} at the latest.",
    answer_soon="We answer as soon as we can.",
    now_closed="We are away just now and back on {opening}.",
    add_more="To add something, reply to this e-mail and leave the subject as it is.",
    about="About",
    sent="Sent",
    priority="Priority",
    queue="Queue",
    rule="Rule",
    customer="From",
    language="Language",
    product="Product",
    plan="Plan",
    page="Came from",
    due="Answer promised by",
    tried="What they tried already",
    nothing_tried="Nothing that we know of.",
    searched="Searched for",
    read="Read",
    suggested="Were offered",
    opened="Opened of these",
    rejected="Said “not this” to",
    unhelpful="Said “did not help” of",
    no_hits="nothing found",
    attachments="Attachments",
    reply_hint="A reply to this e-mail goes to the customer.",
    priorities={"low": "low", "normal": "normal", "high": "high", "urgent": "urgent"},
)
SPANISH = Phrases(
    confirmation_subject="Hemos recibido su mensaje",
    hello="Hola:",
    hello_name="Hola, {name}:",
    received="Gracias por escribirnos. Su mensaje ha llegado y lo leerá una persona.",
    reference="Su referencia",
    what_next="Qué ocurre ahora",
    answer_by="Le responderemos a más tardar el {due}.",
    answer_soon="Le responderemos en cuanto podamos.",
    now_closed="Ahora no estamos; volvemos el {opening}.",
    add_more="Para añadir algo, responda a este correo sin cambiar el asunto.",
    about="Asunto",
    sent="Enviado",
    priority="Prioridad",
    queue="Cola",
    rule="Regla",
    customer="De",
    language="Idioma",
    product="Producto",
    plan="Plan",
    page="Venía de",
    due="Respuesta prometida para",
    tried="Lo que ya ha intentado",
    nothing_tried="Nada que sepamos.",
    searched="Buscó",
    read="Leyó",
    suggested="Se le ofreció",
    opened="De ello abrió",
    rejected="Dijo «esto no» a",
    unhelpful="Dijo «no me ayudó» de",
    no_hits="sin resultados",
    attachments="Archivos adjuntos",
    reply_hint="Al responder a este correo se escribe al cliente.",
    priorities={"low": "baja", "normal": "normal", "high": "alta", "urgent": "urgente"},
)
PHRASES: Mapping[str, Phrases] = {"en": ENGLISH, "es": SPANISH}


def phrases(lang: str) -> Phrases:
    """The phrases of a language, or of the one that it is a region of."""
    return PHRASES.get(lang.partition("-")[0].lower(), ENGLISH)
