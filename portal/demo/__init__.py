"""The made-up centre "Huis De Linde": people who do not exist, to try the house with."""
