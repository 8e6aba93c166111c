"""The story, told by the generated Python client."""

import json
import os
import sys
import time
from types import SimpleNamespace

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "generated"))

import openapi_client
from openapi_client import (
    CreateIngestionInput,
    IngestionApi,
    Problem,
    RunsApi,
    ScheduleInput,
    StartRunInput,
)

ORDERS = {
    "name": "Orders to warehouse",
    "source_id": "95e66a59-8045-4307-9678-63bc3c9b8c93",
    "destination_id": "e478de0d-a3a0-475c-b019-25f7dd29e281",
}


def check(condition, what):
    if not condition:
        raise SystemExit(f"not as it should be: {what}")


def wanted(expression):
    schedule = ScheduleInput(schedule_type="cron", cron_expression=expression)
    return CreateIngestionInput(**ORDERS, schedule=schedule)


configuration = openapi_client.Configuration(host=os.environ["GATEWAY_URL"])
configuration.api_key["apiKey"] = os.environ["GATEWAY_KEY"]
configuration.access_token = os.environ["GATEWAY_KEY"]

with openapi_client.ApiClient(configuration) as client:
    ingestions = IngestionApi(client)
    runs = RunsApi(client)

    created = ingestions.create_ingestion(wanted("0 2 * * *"), idempotency_key=f"python-{time.time_ns()}")
    connection_id = created.connection_id

    read = ingestions.get_ingestion(connection_id)
    check(read.schedule.cron_expression == "0 2 * * *", "the schedule comes back as sent")

    listed = ingestions.list_ingestions(page_size=100).data
    check(connection_id in [item.connection_id for item in listed], "it is listed")

    try:
        ingestions.create_ingestion(wanted("0 0 30 2 *"))
        check(False, "it is refused")
    except openapi_client.ApiException as error:
        # This generator reads every enum as an object without its word: the code is looked up in the text.
        check(json.loads(error.body)["code"] == "validation-failed", "the problem has its code")
        problem = client.deserialize(SimpleNamespace(data=error.body), "Problem")
        check(isinstance(problem, Problem) and problem.status == error.status == 400, "the problem is typed")
        check(problem.errors[0].field == "schedule.cronExpression", "the problem names the field")

    run = runs.start_run(connection_id, start_run_input=StartRunInput())
    while run.ended_at is None:
        run = runs.get_run(connection_id, run.run_id, wait=30)
    newest = runs.list_runs(connection_id, page_size=1).data[0]
    check(newest.run_id == run.run_id and newest.rows > 0, "the run is listed, and moved rows")

    status = ingestions.get_ingestion_status(connection_id)
    check(status.last_sync and status.next_sync, "the status tells both times")

    ingestions.delete_ingestion(connection_id)
