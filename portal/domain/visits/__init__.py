"""Dates across the house as few visits: what a plan is made of, and the planner that finds it."""
