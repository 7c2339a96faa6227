"""How tickets leave the house: letters, the mail server, webhooks, and the worker that sends."""
