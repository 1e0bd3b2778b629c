"""The centre's pages: closed to everybody who has not proved a second factor."""
