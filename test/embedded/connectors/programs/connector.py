"""A source with one row, which holds the version of its package. Its name decides how `spec` behaves."""

import json
import os
import sys
import time
from importlib.metadata import version

NAME = __name__.replace("_", "-")


def say(message):
    print(json.dumps(message), flush=True)


def spec():
    if "broken" in NAME:
        raise ImportError("a module that this connector needs is missing")
    if "hanging" in NAME:
        open(os.path.join(sys.prefix, "waiting"), "w").close()
        parent = os.getppid()
        while os.getppid() == parent:
            time.sleep(0.05)
    say({"type": "SPEC", "spec": {"connectionSpecification": {"type": "object", "properties": {}}}})


def run():
    command = sys.argv[1]
    if command == "spec":
        spec()
    elif command == "check":
        say({"type": "CONNECTION_STATUS", "connectionStatus": {"status": "SUCCEEDED"}})
    elif command == "discover":
        schema = {"type": "object", "properties": {"version": {"type": "string"}}}
        stream = {"name": "rows", "json_schema": schema, "supported_sync_modes": ["full_refresh"]}
        say({"type": "CATALOG", "catalog": {"streams": [stream]}})
    else:
        say({"type": "RECORD", "record": {"stream": "rows", "data": {"version": version(NAME)}, "emitted_at": 1}})
