// Keys for people who work here all day; every page works without them.
