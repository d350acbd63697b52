"""An S3-compatible server that stores the objects of one bucket as files of a folder."""

import threading
import time
from contextlib import contextmanager
from email.utils import formatdate
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, unquote, urlsplit
from uuid import uuid4
from xml.etree import ElementTree
from xml.sax.saxutils import escape

BUCKET = "berkas"
BLOCK = 65536


class BucketServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.folder, self.uploads, self.requests, self.delay = folder, {}, [], 0.0
        folder.mkdir(exist_ok=True)

    def path(self, key):
        return self.folder / quote(key, safe="")

    def stored_keys(self):
        return sorted(unquote(path.name) for path in self.folder.iterdir() if path.suffix != ".new")

    def store(self, key, content):
        new = self.folder / f"{uuid4().hex}.new"
        new.write_bytes(content)
        new.replace(self.path(key))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_request(self):
        parts = urlsplit(self.path)
        self.query = parse_qs(parts.query, keep_blank_values=True)
        self.key = unquote(parts.path).removeprefix(f"/{BUCKET}").strip("/")
        self.server.requests.append((self.command, self.key))
        assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256")
        getattr(self, f"{self.command.lower()}_object")()

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_request

    def body(self):
        content, left = b"", int(self.headers.get("Content-Length", 0))
        while left:
            block = self.rfile.read(min(BLOCK, left))
            if not block:
                raise ConnectionError("the client is gone")
            content, left = content + block, left - len(block)
            time.sleep(self.server.delay)
        return content

    def answer(self, status, content=b"", **headers):
        self.send_response(status)
        for name, value in {"Content-Length": len(content), **headers}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def get_object(self):
        if "list-type" in self.query:
            return self.answer(200, self.listing(), Content_Type="application/xml")
        path = self.server.path(self.key)
        if not path.is_file():
            return self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        content, changed = path.read_bytes(), formatdate(path.stat().st_mtime, usegmt=True)
        return self.answer(200, content, ETag=etag(content), Last_Modified=changed)

    head_object = get_object

    def listing(self):
        start, rows = self.query.get("prefix", [""])[0], []
        for key in self.server.stored_keys():
            if key.startswith(start):
                stat = self.server.path(key).stat()
                changed = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(stat.st_mtime))
                rows.append(
                    f"<Contents><Key>{escape(key)}</Key><Size>{stat.st_size}</Size>"
                    f"<LastModified>{changed}</LastModified></Contents>"
                )
        return f"<ListBucketResult>{''.join(rows)}</ListBucketResult>".encode()

    def put_object(self):
        content = self.body()
        if "uploadId" in self.query:
            parts = self.server.uploads[self.query["uploadId"][0]]
            parts[int(self.query["partNumber"][0])] = content
        else:
            self.server.store(self.key, content)
        self.answer(200, ETag=etag(content))

    def post_object(self):
        content = self.body()
        if "delete" in self.query:
            elements = ElementTree.fromstring(content).iter()
            keys = [element.text for element in elements if element.tag.endswith("Key")]
            for key in keys:
                self.server.path(key).unlink(missing_ok=True)
            rows = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
            return self.answer(200, f"<DeleteResult>{rows}</DeleteResult>".encode())
        if "uploads" in self.query:
            self.server.uploads[upload := uuid4().hex] = {}
            xml = f"<UploadId>{upload}</UploadId>"
            return self.answer(
                200, f"<R>{xml}</R>".replace("R>", "InitiateMultipartUploadResult>").encode()
            )
        parts = self.server.uploads.pop(self.query["uploadId"][0])
        self.server.store(self.key, b"".join(parts[number] for number in sorted(parts)))
        xml = "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>"
        return self.answer(200, xml.encode())

    def delete_object(self):
        self.server.path(self.key).unlink(missing_ok=True)
        self.answer(204)

    def log_message(self, *_):
        pass


def etag(content):
    return f'"{md5(content).hexdigest()}"'


@contextmanager
def running_bucket(folder, port=0):
    server = BucketServer(folder, port)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def bucket_settings(server):
    return {
        "storage_url": f"s3://{BUCKET}/kota",
        "storage_endpoint": f"http://127.0.0.1:{server.server_port}",
        "storage_key_id": "kunci",
        "storage_secret": "rahasia",
    }
