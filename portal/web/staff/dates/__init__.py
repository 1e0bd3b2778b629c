"""What was referred, the dates that are given, and the time, rooms and calendars behind them."""
