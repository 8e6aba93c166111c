"""A destination made with Airbyte's CDK, which parses each state and writes it again."""

import json
import os
import sys

from airbyte_cdk.destinations import Destination
from airbyte_cdk.models import AirbyteConnectionStatus, ConnectorSpecification, DestinationSyncMode, Status, Type


class Lines(Destination):
    def spec(self, *args, **kwargs):
        return ConnectorSpecification(
            connectionSpecification={"type": "object", "properties": {"folder": {"type": "string"}}},
            supported_destination_sync_modes=[DestinationSyncMode.append],
        )

    def check(self, logger, config):
        return AirbyteConnectionStatus(status=Status.SUCCEEDED)

    def write(self, config, configured_catalog, input_messages):
        with open(os.path.join(config["folder"], "lines.jsonl"), "a") as lines:
            for message in input_messages:
                if message.type == Type.STATE:
                    lines.flush()
                    yield message
                elif message.type == Type.RECORD:
                    lines.write(json.dumps(message.record.data) + "\n")


Lines().run(sys.argv[1:])
