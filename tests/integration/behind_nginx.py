"""A node behind nginx with the shipped configuration, and what is asked of the two whatever the version of HTTP."""

import itertools
import os
import re
import resource
import shutil
import tempfile
import time

from hostile import HostileCase, answers_in, answers_to, connect, read_to_end, request, send_all
from nginx import Nginx
from support import tls_context

CROWD = 2000 if os.environ.get("MINGLU_LONG") == "1" else 150
HONEST_ADDRESS = "127.0.0.2"
READS = re.compile(r'^minglu_http_requests_total\{method="GET",route="([^"]*)"', re.MULTILINE)

# What a GET with a token is answered.
PATHS = ((400, "/v1/%00"), (400, "/v1/%zz"), (400, "/v1/%"), (400, "/../v1/entries"), (404, "/v1/../metrics"),
         (404, "/v1/%2e%2e/metrics"), (400, "/v1/%2e%2e/%2e%2e/metrics"), (404, "//sync/v1/node"),
         (400, "/v1/%c0%ae%c0%ae/entries"), (400, "/v1/%ed%a0%80"), (400, "/v1/%5c..%5c"), (404, "/metrics"),
         (400, "/v1/entries/gi/" + "a" * 4000), (400, "/v1/entries?limit=-1"), (400, "/v1/entries?cursor=" + "a" * 4000))


def crowd_address(number):
    return f"127.{2 + number // 50000}.{number // 250 % 200}.{number % 250 + 1}"


def allow_descriptors(count):
    """Has this process open so many sockets, as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, count), hard), hard))


class BehindNginx(HostileCase):
    """Each attack comes from an address of its own, so that no limit per address hides what the other limits do."""

    http2 = False

    def setUp(self):
        folder = tempfile.mkdtemp(prefix="minglu-nginx-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.addresses = (f"127.1.{n // 250}.{n % 250 + 1}" for n in itertools.count())
        self.client = tls_context()
        self.nginx = None
        super().setUp()
        self.nginx = Nginx(folder, self.cq.http_port, self.http2)
        self.addCleanup(self.nginx.stop)
        self.nginx.start()

    def ask_node(self):
        """Past nginx."""
        return super().ask_honestly()

    def ask_honestly(self):
        if self.nginx is None or self.nginx.process is None or not self.is_up():
            return self.ask_node()
        time.sleep(0.1)  # within its rate
        data = request("GET", "/v1/entries/gi/AGI90001", f"Authorization: Bearer {self.reader}")
        with connect(self.nginx.port, self.client, source=HONEST_ADDRESS) as connection:
            connection.sendall(data)
            return answers_in(read_to_end(connection))[0]

    def is_up(self):
        try:
            connect(self.nginx.port).close()
            return True
        except OSError:
            return False

    def statuses(self, data):
        with connect(self.nginx.port, self.client, source=next(self.addresses)) as connection:
            send_all(connection, data)
            answers = answers_to(connection)
        for answer in answers:
            self.assertNotIn("nginx/", answer.headers.get("server", ""), "the version is nobody's business")
        return [answer.status for answer in answers]

    def routes_read(self):
        """Which routes the node was asked to read since it started."""
        return set(READS.findall(self.cq.http("GET", "/metrics").body.decode()))
