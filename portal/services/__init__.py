"""What people can do in the house, one noun a module and one subject a room.

Plain functions: a session with its transaction given, who acts, what, and `now`. They check,
change, record the act and flush; they never commit, read a request or translate.

`entry/` is how people come in, `keys/` who can open what, `case_work/` a case from its opening on,
`endings/` how it ends, `moderation/` the desk and its decisions, `dates/` with `availability/` and
`calendars/` when she comes, `visits/` several talks as one coming, `interpreters/` who speaks for
both sides, `telling/` what is sent to her, `need_to_know/` who can see and who looked, `centre/`
what the house says of itself, `colleagues/` its people, and `running/` what those who run it do.
What she asks for and writes stands at the top, beside the house, its account and its counts.
"""
