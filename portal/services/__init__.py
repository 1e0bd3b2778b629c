"""What people can do in the house, one noun a module.

Plain functions: a session with its transaction given, who acts, what, and `now`. They check,
change, record the act and flush; they never commit, read a request or translate.

`keys/` holds who can open what, `entry/` how people come in, `running/` what those who run a centre
do; the nouns of casework stand here.
"""
