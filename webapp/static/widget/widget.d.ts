/** Types of the help centre's widget: `/// <reference types="…/widget.d.ts" />`, or copy the file. */

/** Settings of a page; as attributes of the script they are called `data-mode` and so on. */
export interface KBOptions {
  /** What comes first: search, both, or the form with articles while somebody writes. */
  mode?: "self-service" | "neutral" | "ask-first";
  position?: "right" | "left";
  /** Of the button and of what can be pressed: `#rrggbb`. */
  colour?: string;
  /** Of the words; else that of `<html lang>`. */
  lang?: string;
  /** Else the one of the visitor's system. */
  theme?: "light" | "dark" | "auto";
  /** Only articles about this product, and those about none in particular. */
  product?: string;
  /** `"hidden"`: the page has a button of its own. */
  launcher?: "shown" | "hidden";
  /** Stands beside the button until it is first pressed. */
  hint?: string;
}

/** Fills in the contact form, and goes nowhere before it is sent. Other names are those of its fields. */
export interface KBUser {
  name?: string;
  email?: string;
  [field: string]: string | undefined;
}

/** A page of yours among the suggestions. */
export interface KBLink {
  text: string;
  url: string;
}

/** What listeners are told. */
export interface KBEvents {
  /** The widget is loaded, which is when it is first used. */
  ready: undefined;
  open: undefined;
  close: undefined;
  suggest: { articles: string[] };
  /** `weak`: none of them is likely to answer; they only come nearest. */
  search: { query: string; count: number; weak: boolean };
  article: { slug: string; title: string; url: string };
  vote: { slug: string; solved: boolean };
  /** A message was taken; `id` is its reference. */
  sent: { id: string };
  /** The help centre did not answer. */
  error: unknown;
}

/** The one global. Commands given before the script is there wait in `KB.q`. */
export interface KB {
  (command: "init", options?: KBOptions): void;
  (command: "config", options: KBOptions): void;
  (command: "destroy" | "close" | "toggle" | "contact"): void;
  (command: "open", view?: "contact"): void;
  (command: "search", query: string): void;
  /** Slugs of articles, and links; nothing: what suits the page, as at first. */
  (command: "suggest", items?: (string | KBLink)[]): void;
  (command: "article", slug: string): void;
  (command: "identify", user: KBUser): void;
  <Name extends keyof KBEvents>(command: "on", event: Name, listener: (detail: KBEvents[Name]) => void): void;
  <Name extends keyof KBEvents>(command: "off", event: Name, listener?: (detail: KBEvents[Name]) => void): void;
  q?: ArrayLike<unknown>[];
}

export declare const KB: KB;
export default KB;

declare global {
  interface Window {
    KB: KB;
  }
  const KB: KB;
  interface HTMLElementTagNameMap {
    "kb-search": HTMLElement;
    "kb-widget": HTMLElement;
  }
}
