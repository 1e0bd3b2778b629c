"""Coming in and staying in: cards, pass phrases, second factors, sign-ins, and what is counted."""
