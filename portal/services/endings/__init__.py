"""How a case ends: closed, held, handed over, erased."""
