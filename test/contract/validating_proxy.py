"""A proxy in front of a gateway that validates requests and responses with openapi-core.

It prints its address, and the violations when its standard input ends.
    python validating_proxy.py <description> <gateway>
"""
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import requests
from openapi_core import Config, OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse

description, gateway = sys.argv[1:]
document = json.load(open(description, encoding="utf-8"))
document["servers"] = [{"url": gateway}]
# Without this, openapi-core validates the bytes of a problem as they are.
problems = {"application/problem+json": lambda body, **_: json.loads(body)}
openapi = OpenAPI.from_dict(document, config=Config(extra_media_type_deserializers=problems))
violations = []

# Each connection has its own; `requests` decodes the body.
OF_CONNECTION = {"host", "content-length", "transfer-encoding", "connection", "content-encoding", "keep-alive"}


def cause_of(error):
    while error.__cause__ is not None:
        error = error.__cause__
    return "; ".join(
        f"{'.'.join(map(str, one.absolute_path))} {one.message}"
        for one in getattr(error, "schema_errors", [])
    ) or repr(error)


class Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in OF_CONNECTION}
        path, _, query = self.path.partition("?")
        request = requests.Request(
            self.command, gateway + path, headers=headers, params=query or None, data=body or None
        ).prepare()
        response = requests.Session().send(request, allow_redirects=False)
        sent = RequestsOpenAPIRequest(request)
        # A request that the gateway refuses need not match.
        if response.status_code < 400:
            self.judge("request", lambda: openapi.validate_request(sent))
        self.judge("response", lambda: openapi.validate_response(sent, RequestsOpenAPIResponse(response)))
        self.send_response(response.status_code)
        for name, value in response.headers.items():
            if name.lower() not in OF_CONNECTION:
                self.send_header(name, value)
        if response.status_code not in (204, 304):
            self.send_header("Content-Length", str(len(response.content)))
        self.end_headers()
        self.wfile.write(response.content)

    def judge(self, part, validate):
        try:
            validate()
        except Exception as error:  # every kind of refusal is a violation
            violations.append(f"{self.command} {self.path}: {part}: {cause_of(error)}"[:500])

    do_GET = do_POST = do_PATCH = do_DELETE = forward

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
Thread(target=server.serve_forever, daemon=True).start()
print(f"http://127.0.0.1:{server.server_port}", flush=True)
sys.stdin.read()
print("\n".join(violations), flush=True)
sys.exit(1 if violations else 0)
