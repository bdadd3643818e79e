"""A sandbox as a server: lifetime, both addresses, odd requests."""

import http.client
import socket

import pytest
import requests

from connector.errors import Abort
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox

ROOT = "/services/data/v59.0"


def test_http_and_https(box: Sandbox[Org]) -> None:
    """Both addresses serve the same org; https is vouched for by the CA file, and by nothing else."""
    session = requests.Session()
    session.trust_env = False
    for url in (box.url, box.https_url):
        answer = session.get(f"{url}/services/data", verify=str(box.ca_file), timeout=30)
        assert answer.status_code == 200
    with pytest.raises(requests.exceptions.SSLError):
        session.get(f"{box.https_url}/services/data", verify=True, timeout=30)


def test_starts_and_stops_at_once() -> None:
    """Twenty sandboxes start and stop one after the other, an open connection notwithstanding."""
    for _ in range(20):
        org = Org()
        with Sandbox(org) as box:
            idle = socket.create_connection(("127.0.0.1", int(box.url.rpartition(":")[2])))
            assert requests.get(f"{box.url}/services/data", timeout=30).ok
        idle.close()
        org.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(box.url.rpartition(":")[2])))


def test_a_taken_port_is_said(box: Sandbox[Org]) -> None:
    """A port that somebody uses is named, with what to do."""
    port = int(box.url.rpartition(":")[2])
    with pytest.raises(Abort, match=f"127.0.0.1:{port}: cannot serve there"), Sandbox(Org(), port=port):
        pass


def test_chunked_bodies(box: Sandbox[Org]) -> None:
    """A body of unknown length, in chunks, is read like any other."""
    answer = requests.post(
        f"{box.url}{ROOT}/sobjects/Lead",
        data=(part for part in (b'{"LastName": "a",', b' "Company": "b"}')),
        headers={"Authorization": f"Bearer {box.token}", "Content-Type": "application/json"},
        timeout=30,
    )
    assert answer.status_code == 201


def test_gzip_only_when_asked(box: Sandbox[Org]) -> None:
    """A long answer is packed for who asks for it, and plain for who does not."""
    headers = {"Authorization": f"Bearer {box.token}"}
    for accepts, packed in (("gzip", "gzip"), ("identity", None)):
        answer = requests.get(
            f"{box.url}{ROOT}/sobjects/Lead/describe", headers={**headers, "Accept-Encoding": accepts}, timeout=30
        )
        assert answer.headers.get("Content-Encoding") == packed
        assert answer.json()["name"] == "Lead"


def test_pretty_print(box: Sandbox[Org]) -> None:
    """X-PrettyPrint indents, and changes nothing else."""
    headers = {"Authorization": f"Bearer {box.token}"}
    plain = requests.get(f"{box.url}{ROOT}/limits", headers=headers, timeout=30)
    pretty = requests.get(f"{box.url}{ROOT}/limits", headers={**headers, "X-PrettyPrint": "1"}, timeout=30)
    assert len(pretty.text.splitlines()) > len(plain.text.splitlines()) == 1
    assert pretty.json().keys() == plain.json().keys()


def test_urls_come_from_the_host_header(box: Sandbox[Org]) -> None:
    """Absolute URLs are on whatever host the client used."""
    port = int(box.url.rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {box.token}", "Host": f"localhost:{port}"}
    connection.request("GET", "/services/oauth2/userinfo", headers=headers)
    assert f"http://localhost:{port}/id/" in connection.getresponse().read().decode()
    connection.close()


@pytest.mark.parametrize(("path", "header", "status"), [(16_400, 0, 414), (9_000, 9_000, 431), (9_000, 0, 404)])
def test_long_requests(box: Sandbox[Org], path: int, header: int, status: int) -> None:
    """A URI over 16,384 bytes is 414; URI and headers together over that are 431."""
    headers = {"Authorization": f"Bearer {box.token}", "X-Long": "x" * header}
    answer = requests.get(f"{box.url}{ROOT}/{'x' * path}", headers=headers, timeout=30)
    assert answer.status_code == status
