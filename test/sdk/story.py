"""Every call of Airbyte's Python client that the embedded Airbyte serves. Arguments: API URL, client id, client secret."""

import sys
import time

from airbyte_api import AirbyteAPI, models

API_URL, CLIENT_ID, CLIENT_SECRET = sys.argv[1:]
LOCAL_JSON = "a625d593-bba5-4a1c-a53d-2d246268a816"

credentials = models.SchemeClientCredentials(
    client_id=CLIENT_ID, client_secret=CLIENT_SECRET, token_url=f"{API_URL}/applications/token"
)
sdk = AirbyteAPI(server_url=API_URL, security=models.Security(client_credentials=credentials))
checks = 0


def expect(what, actual, expected):
    global checks
    checks += 1
    if actual != expected:
        raise SystemExit(f"{what}: {expected!r} was expected, and {actual!r} came")


def refused(what, status, call):
    try:
        call()
    except Exception as error:  # The client has an error class for each kind of answer.
        expect(what, getattr(error, "status_code", None) or str(error), status)
        return
    raise SystemExit(f"{what}: was not refused")


def ended(job_id):
    for _ in range(600):
        job = sdk.jobs.get_job(request={"job_id": job_id}).job_response
        if job.status in ("succeeded", "failed", "cancelled"):
            return job
        time.sleep(0.05)
    raise SystemExit(f"job {job_id} did not end")


workspace = sdk.workspaces.list_workspaces(request={}).workspaces_response.data[0]
expect("workspace", sdk.workspaces.get_workspace(request={"workspace_id": workspace.workspace_id}).workspace_response, workspace)

samples = sdk.sources.list_sources(request={}).sources_response.data
expect("sample sources", len(samples), 3)
expect("sample destinations", len(sdk.destinations.list_destinations(request={}).destinations_response.data), 3)

source = sdk.sources.create_source(
    request=models.SourceCreateRequest(
        name="People", workspace_id=workspace.workspace_id, configuration=models.SourceFaker(count=50, seed=7)
    )
).source_response
expect("source type", source.source_type, "faker")
expect("source count", source.configuration.count, 50)
by_id = {"source_id": source.source_id}
expect("source as read", sdk.sources.get_source(request=by_id).source_response, source)
changed = sdk.sources.patch_source(
    request={**by_id, "source_patch_request": models.SourcePatchRequest(name="More people")}
).source_response
expect("source after PATCH", (changed.name, changed.configuration.count), ("More people", 50))
changed = sdk.sources.put_source(
    request={
        **by_id,
        "source_put_request": models.SourcePutRequest(
            name="Many people", configuration=models.SourceFaker(count=20_000_000, seed=7)
        ),
    }
).source_response
expect("source after PUT", (changed.name, changed.configuration.count), ("Many people", 20_000_000))
sdk.sources.put_source(
    request={
        **by_id,
        "source_put_request": models.SourcePutRequest(name="People", configuration=models.SourceFaker(count=50)),
    }
)
refused(
    "a count of 0",
    422,
    lambda: sdk.sources.create_source(
        request=models.SourceCreateRequest(
            name="None", workspace_id=workspace.workspace_id, configuration=models.SourceFaker(count=0)
        )
    ),
)

# What the client always sends is in the specification: only the connection fails, where no server listens.
nowhere = {"host": "127.0.0.1", "port": 1, "database": "d", "username": "u"}
refused(
    "a Postgres source without a server",
    400,
    lambda: sdk.sources.create_source(
        request=models.SourceCreateRequest(
            name="P", workspace_id=workspace.workspace_id, configuration=models.SourcePostgres(**nowhere)
        )
    ),
)
refused(
    "a Postgres destination without a server",
    400,
    lambda: sdk.destinations.create_destination(
        request=models.DestinationCreateRequest(
            name="P", workspace_id=workspace.workspace_id, configuration=models.DestinationPostgres(**nowhere)
        )
    ),
)

destination = sdk.destinations.create_destination(
    request=models.DestinationCreateRequest(
        name="Files",
        workspace_id=workspace.workspace_id,
        definition_id=LOCAL_JSON,
        configuration=models.DestinationDuckdb(destination_path="/local/sdk"),
    )
).destination_response
expect("destination type", destination.destination_type, "local-json")
by_id = {"destination_id": destination.destination_id}
expect("destination as read", sdk.destinations.get_destination(request=by_id).destination_response, destination)
changed = sdk.destinations.patch_destination(
    request={**by_id, "destination_patch_request": models.DestinationPatchRequest(name="More files")}
).destination_response
expect("destination after PATCH", changed.name, "More files")
changed = sdk.destinations.put_destination(
    request={
        **by_id,
        "destination_put_request": models.DestinationPutRequest(name="Files", configuration=destination.configuration),
    }
).destination_response
expect("destination after PUT", changed, destination)

streams = sdk.streams.get_stream_properties(
    request={"source_id": source.source_id, "destination_id": destination.destination_id}
).stream_properties_response
expect("streams", sorted(stream.stream_name for stream in streams), ["products", "users"])

connection = sdk.connections.create_connection(
    request=models.ConnectionCreateRequest(
        name="People to files",
        source_id=source.source_id,
        destination_id=destination.destination_id,
        schedule=models.AirbyteAPIConnectionSchedule(schedule_type="cron", cron_expression="0 0 2 * * ?"),
        configurations=models.StreamConfigurations(
            streams=[models.StreamConfiguration(name="users", sync_mode="full_refresh_overwrite")]
        ),
    )
).connection_response
by_id = {"connection_id": connection.connection_id}
expect("connection as read", sdk.connections.get_connection(request=by_id).connection_response, connection)
expect(
    "connection in the list",
    connection.connection_id
    in [each.connection_id for each in sdk.connections.list_connections(request={"limit": 100}).connections_response.data],
    True,
)
changed = sdk.connections.patch_connection(
    request={**by_id, "connection_patch_request": models.ConnectionPatchRequest(name="Renamed", prefix="p_")}
).connection_response
expect("connection after PATCH", (changed.name, changed.prefix), ("Renamed", "p_"))

start = {"connection_id": connection.connection_id, "job_type": "sync"}
job = sdk.jobs.create_job(request=models.JobCreateRequest(**start)).job_response
job = ended(job.job_id)
expect("job", (job.status, job.rows_synced), ("succeeded", 50))
expect(
    "jobs of the connection",
    [each.job_id for each in sdk.jobs.list_jobs(request=by_id).jobs_response.data],
    [job.job_id],
)
sdk.sources.patch_source(
    request={
        "source_id": source.source_id,
        "source_patch_request": models.SourcePatchRequest(configuration=models.SourceFaker(count=50_000_000)),
    }
)
long = sdk.jobs.create_job(request=models.JobCreateRequest(**start)).job_response
cancelled = sdk.jobs.cancel_job(request={"job_id": long.job_id}).job_response
expect("job after cancelling", cancelled.status, "cancelled")

sdk.connections.delete_connection(request=by_id)
sdk.sources.delete_source(request={"source_id": source.source_id})
sdk.destinations.delete_destination(request={"destination_id": destination.destination_id})
refused("a deleted source", 404, lambda: sdk.sources.get_source(request={"source_id": source.source_id}))

print(f"Airbyte's Python client: {checks} checks of 24 operations hold")
