"""How a case ends: its clocks, its closing, the copy that is handed over."""
