"""What those who run a centre do: found it, keep its clocks, recover it from paper."""
