"""Package indexes on loopback, and one HTTPS server that every host name leads to."""

from __future__ import annotations

import io
import json
import os
import ssl
import threading
import zipfile
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import aiohttp
import pytest
from aiohttp import abc, web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from adapters.freshness.checker import HttpClient


class LoopbackIndex:
    """A package index for pip and npm. `pages` holds bodies by path; `status` is what it answers to all."""

    def __init__(self, server):
        self.server, self.pages, self.status, self.asked = server, {}, 200, []

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def python(self, name, *files, requires=""):
        """Lists the files of a Python package."""
        required = f' data-requires-python="{requires}"' if requires else ""
        links = "".join(f'<a href="/files/{file}"{required}>{file}</a>\n' for file in files)
        self.pages[f"/simple/{name}/"] = f"<!DOCTYPE html><html><body>{links}</body></html>".encode()

    def wheel(self, name, version, *classifiers):
        """A Python package with a wheel that can be read."""
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        metadata += "".join(f"Classifier: {one}\n" for one in classifiers)
        stem, body = f"{name}-{version}", io.BytesIO()
        with zipfile.ZipFile(body, "w") as archive:
            archive.writestr(f"{stem}.dist-info/METADATA", metadata)
            archive.writestr(
                f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            archive.writestr(f"{stem}.dist-info/RECORD", "")
        self.python(name, f"{stem}-py3-none-any.whl")
        self.pages[f"/files/{stem}-py3-none-any.whl"] = body.getvalue()

    def node(self, name, version, **more):
        """An npm package."""
        release = {"name": name, "version": version, "dist": {"tarball": f"{self.address}/x.tgz"}, **more}
        document = {"name": name, "dist-tags": {"latest": version}, "versions": {version: release}}
        self.pages[f"/{name.replace('/', '%2f')}"] = json.dumps(document).encode()


@pytest.fixture
def index(tmp_path, monkeypatch):
    """What pip and npm are configured for while a test runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            found.asked.append(self.path)
            body = found.pages.get(self.path)
            self.send_response(found.status if body is not None or found.status != 200 else 404)
            self.send_header("Content-Type", "application/json" if "simple" not in self.path else "text/html")
            self.end_headers()
            self.wfile.write(body or b"{}")

        def log_message(self, *_):
            pass

    for name in [name for name in os.environ if name.lower().startswith(("pip_", "npm_config_"))]:
        monkeypatch.delenv(name)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = LoopbackIndex(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", f"{found.address}/simple")
        monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path / "pip"))
        monkeypatch.setenv("npm_config_registry", found.address)
        monkeypatch.setenv("npm_config_userconfig", os.devnull)
        monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
        yield found
        server.shutdown()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A self-signed certificate with its key, as one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return file


class ToLoopback(abc.AbstractResolver):
    """Every host is the loopback server, but for those that are away."""

    def __init__(self, port):
        self.port = port

    async def resolve(self, host, port=0, family=0):
        if host.startswith("away."):
            raise OSError("no such host")
        return [{"hostname": host, "host": "127.0.0.1", "port": self.port, "family": 2, "proto": 0, "flags": 0}]

    async def close(self):
        pass


@pytest.fixture
def internet(certificate):
    """Opens an `HttpClient` to a server that answers with `handler(request)`; the requests are recorded."""

    @asynccontextmanager
    async def opened(handler):
        requests = []

        async def answer(request):
            requests.append(f"{request.method} {request.host}{request.path_qs}")
            return await handler(request)

        application = web.Application()
        application.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(application)
        await runner.setup()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        connector = aiohttp.TCPConnector(resolver=ToLoopback(runner.addresses[0][1]), ssl=False)
        async with aiohttp.ClientSession(connector=connector) as session:
            yield HttpClient(session, pause=0.001), requests
        await runner.cleanup()

    return opened
