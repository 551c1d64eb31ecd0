"""What is signed, where it may go, and when it is tried again."""

from base64 import b64decode
from carouge.guichet.webhook import domain
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from hypothesis import given
from hypothesis import strategies as st

import ipaddress
import json
import pytest


NOW = datetime(2026, 11, 23, 9, 30, tzinfo=timezone.utc)


def test_the_signature_of_the_specification():
    # The example of the Standard Webhooks reference libraries.
    headers = domain.entetes(
        b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, timezone.utc),
        b'{"test": 2432232314}',
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_each_subscription_has_a_key_of_its_own():
    secret = "s" * 32
    one, other = domain.cle_de(secret, "abo_1"), domain.cle_de(secret, "abo_2")
    assert len(one) == 32
    assert one != other
    assert one == domain.cle_de(secret, "abo_1")
    assert b64decode(domain.cle_en_texte(one).removeprefix("whsec_")) == one


def test_the_body_is_json_with_type_and_moment():
    body = domain.corps_de(domain.ETAT, NOW, {"numero": "2026-K7QM-4TXC", "x": "é"})
    assert json.loads(body) == {
        "type": "demande.etat",
        "timestamp": "2026-11-23T09:30:00+00:00",
        "data": {"numero": "2026-K7QM-4TXC", "x": "é"},
    }


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.9",
        "192.168.1.7",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::7",
        "fd12::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001::1",
        "::7f00:1",
        "::ffff:0:7f00:1",
        "fec0::1",
        "2001:db8::1",
    ],
)
def test_addresses_that_are_not_public(address):
    assert domain.adresse_permise(address) is False


@pytest.mark.parametrize(
    "address", ["9.9.9.9", "193.5.93.80", "2620:fe::fe", "::ffff:9.9.9.9"]
)
def test_public_addresses(address):
    assert domain.adresse_permise(address) is True


def test_a_named_network_may_be_reached():
    networks = domain.lire_reseaux("10.2.0.0/16, ::1")
    assert domain.adresse_permise("10.2.3.4", networks) is True
    assert domain.adresse_permise("::ffff:10.2.3.4", networks) is True
    assert domain.adresse_permise("::1", networks) is True
    assert domain.adresse_permise("10.3.0.1", networks) is False


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_one_counts_the_same(address):
    mapped = str(ipaddress.IPv6Address(f"::ffff:{address}"))
    assert domain.adresse_permise(mapped) == domain.adresse_permise(str(address))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//example.org/",
        "https://",
        "https://user:secret@example.org/",
        "https://user@example.org/",
        "https://example.org:99999/",
        "https://example.org:0/",
        "https://example.org/ x",
        "https://example.org/\r\nHost: x",
        "https://exämple.org/",
        "https://[::1/",
        "https://example.org/" + "x" * 500,
    ],
)
def test_no_target(url):
    with pytest.raises(domain.CibleRefusee):
        domain.verifier_url(url)


def test_a_target():
    url = "https://erp.example.org:8443/guichet?x=1"
    assert domain.verifier_url(f"  {url} ") == url


def test_it_is_tried_for_some_days_and_then_given_up():
    pauses = []
    count = 0
    while True:
        count += 1
        again = domain.prochain_essai(count, NOW)
        if again is None:
            break
        pauses.append(again - NOW)
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=10)
    assert timedelta(days=2) < sum(pauses, timedelta()) < timedelta(days=5)
    assert count == len(pauses) + 1
