"""A key that the examples of several operations share is refused with idempotency-key-reused, which would hide most creations."""
import itertools

import schemathesis

counter = itertools.count(1)
EXAMPLES = set()


@schemathesis.hook
def before_load_schema(context, raw_schema):
    for item in raw_schema["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                if parameter.get("name") == "Idempotency-Key":
                    schema = parameter.get("schema", {})
                    EXAMPLES.update(schema.get("examples", []))
                    if "example" in parameter:
                        EXAMPLES.add(parameter["example"])
                    EXAMPLES.update(one.get("value") for one in parameter.get("examples", {}).values())


@schemathesis.hook
def before_call(context, case, **kwargs):
    if case.headers and case.headers.get("Idempotency-Key") in EXAMPLES:
        case.headers["Idempotency-Key"] = f"key-{next(counter)}"
