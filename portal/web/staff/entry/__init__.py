"""How staff come in, and what they come in with: pass phrase, second factors, browsers."""
