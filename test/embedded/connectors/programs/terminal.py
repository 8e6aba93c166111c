"""Runs a program in a pseudo terminal.

usage: terminal.py STEPS COMMAND...
STEPS is a JSON list of pairs: a text to wait for, and the keys to type then. Prints the status of the program and what it
showed, as JSON.
"""

import json
import os
import pty
import sys

steps = json.loads(sys.argv[1])
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])

shown = b""
waited = 0


def read_more() -> bool:
    global shown
    try:
        piece = os.read(terminal, 65536)
    except OSError:  # Linux reports the end of the other side as an error.
        piece = b""
    shown += piece
    return piece != b""


for text, keys in steps:
    while (found := shown.find(text.encode(), waited)) < 0:
        if not read_more():
            sys.exit(f"The program ended before it showed {text!r}:\n{shown.decode()}")
    waited = found + len(text.encode())
    os.write(terminal, keys.encode())

while read_more():
    pass
_, status = os.waitpid(child, 0)
print(json.dumps({"status": os.waitstatus_to_exitcode(status), "shown": shown.decode()}))
