"""A stand-in for Amazon RDS: rds_stub.py PORT answers two calls, keeping connections alive.

DescribeDBInstances and DescribeOptionGroups, in the Query protocol's XML, over plain http on
127.0.0.1. Nothing is checked: any credentials will do.
"""

import sys
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAMESPACE = "http://rds.amazonaws.com/doc/2014-10-31/"

RESULTS = {
    "DescribeDBInstances": """<DBInstances>
      <DBInstance>
        <DBInstanceIdentifier>orders</DBInstanceIdentifier>
        <DBInstanceClass>db.t3.micro</DBInstanceClass>
        <Engine>postgres</Engine>
        <DBInstanceStatus>available</DBInstanceStatus>
        <Endpoint><Address>127.0.0.1</Address><Port>5432</Port></Endpoint>
      </DBInstance>
    </DBInstances>""",
    "DescribeOptionGroups": """<OptionGroupsList>
      <OptionGroup>
        <OptionGroupName>default:mariadb-10-11</OptionGroupName>
        <EngineName>mariadb</EngineName>
        <MajorEngineVersion>10.11</MajorEngineVersion>
      </OptionGroup>
    </OptionGroupsList>""",
}


def answer(action):
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{action}Response xmlns="{NAMESPACE}">
  <{action}Result>
    {RESULTS[action]}
  </{action}Result>
  <ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata>
</{action}Response>
"""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keep-alive
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        action = urllib.parse.parse_qs(body)["Action"][0]
        if action not in RESULTS:
            self.send_error(400, f"no answer to {action}")
            return
        text = answer(action).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
