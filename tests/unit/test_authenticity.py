"""Whose word about a sender counts, and what it must say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maild.model.decision import Verdict
from maild.parsing import parse
from maild.parsing.authenticity import (
    BY_SIGN_IN,
    FIRST_WITHOUT_ID,
    internal_verdict,
    is_failed,
    parse_results,
    verdict,
)

OURS = "mx.acme.example"
ALICE = "alice@bank.example"

DMARC_PASS = f"{OURS}; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=bank.example"
DKIM_PASS = f"{OURS}; dkim=pass (2048-bit key) header.d=bank.example header.i=@bank.example header.b=AbC+/d=="


def judged(*values: str, sender: str = ALICE, trusted: str = OURS) -> Verdict:
    return verdict(values, sender, trusted)[0]


@pytest.mark.parametrize(
    ("trusted", "value"),
    [
        (
            "mx.google.com",
            (
                'mx.google.com;\r\n       dkim=pass header.i=@bank.example header.s=s1 header.b="Ab+/Cd";\r\n'
                "       spf=pass (google.com: domain of alice@bank.example designates 192.0.2.1 as permitted sender)"
                " smtp.mailfrom=alice@bank.example;\r\n"
                "       dmarc=pass (p=REJECT sp=NONE dis=NONE) header.from=bank.example"
            ),
        ),
        (
            FIRST_WITHOUT_ID,
            (
                "spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=bank.example; dkim=pass (signature was"
                " verified)\r\n header.d=bank.example;dmarc=pass action=none\r\n"
                " header.from=bank.example;compauth=pass reason=100"
            ),
        ),
        (OURS, f"{OURS}; dmarc=pass (p=none dis=none) header.from=bank.example"),
        (
            OURS,
            (
                f"{OURS};\n\tdkim=pass header.d=bank.example header.s=x header.b=abc;\n\tspf=pass ({OURS}: domain of"
                ' alice@bank.example designates 192.0.2.1 as permitted sender) smtp.mailfrom="alice@bank.example";\n\t'
                "dmarc=pass (policy=reject) header.from=bank.example"
            ),
        ),
        (
            "mx6.messagingengine.com",
            (
                "mx6.messagingengine.com; dkim=pass (2048-bit rsa key sha256) header.d=bank.example"
                " header.i=@bank.example header.b=abc header.a=rsa-sha256 header.s=s1 x-bits=2048;\n"
                " dmarc=pass policy.published-domain-policy=reject policy.applied-disposition=none"
                " (p=reject,has-list-id=no,d=none,d.eval=none) header.from=bank.example;"
                " iprev=pass smtp.remote-ip=192.0.2.1 (out.bank.example); spf=none smtp.mailfrom=x@y.example"
            ),
        ),
        ("dmarc.icloud.com", "dmarc.icloud.com; dmarc=pass header.from=bank.example"),
        (OURS, f"{OURS.upper()} 1; dmarc = none; dkim=pass header.d=bank.example".replace(" = ", "=")),
    ],
)
def test_the_headers_of_the_usual_servers_prove_a_sender(trusted, value):
    """Google, Microsoft 365, OpenDMARC, rspamd, Fastmail, iCloud, and one with a version and in capitals."""
    assert judged(value, trusted=trusted) is Verdict.PASS


@pytest.mark.parametrize(
    ("trusted", "value"),
    [
        (OURS, f"{OURS}; dmarc=fail (p=reject dis=none) header.from=bank.example"),
        (OURS, f"{OURS}; dmarc=fail (p=QUARANTINE sp=REJECT dis=NONE) header.from=bank.example"),
        (OURS, f"{OURS}; dmarc=fail (p=NONE sp=REJECT dis=REJECT) header.from=bank.example"),
        (OURS, f'{OURS}; dmarc=fail reason="SPF not aligned" header.from=bank.example (policy=quarantine)'),
        (OURS, f"{OURS}; dmarc=fail policy.published-domain-policy=reject (p=reject,d=none) header.from=bank.example"),
        (OURS, f"{OURS}; dmarc=fail header.from=bank.example policy.dmarc=reject"),
        (
            FIRST_WITHOUT_ID,
            (
                "spf=fail (sender IP is 192.0.2.1) smtp.mailfrom=bank.example; dkim=none (message not signed)"
                " header.d=none;dmarc=fail action=oreject header.from=bank.example;compauth=fail reason=000"
            ),
        ),
        (
            FIRST_WITHOUT_ID,
            (
                "spf=fail (sender IP is 192.0.2.1) smtp.mailfrom=x.example; dkim=none (message not signed)"
                " header.d=none;dmarc=fail action=quarantine header.from=bank.example;compauth=fail reason=000"
            ),
        ),
    ],
)
def test_a_failure_counts_where_the_domain_asks_for_it(trusted, value):
    """The policy stands in the comment, in a property or in Microsoft's action."""
    assert judged(value, trusted=trusted) is Verdict.FAIL


@pytest.mark.parametrize(
    "result",
    [
        "dmarc=fail (p=none dis=none) header.from=bank.example",
        "dmarc=fail header.from=bank.example",
        "dmarc=fail (p=REJECT sp=NONE dis=NONE) header.from=bank.example",
        "dmarc=fail action=none header.from=bank.example",
        "dmarc=fail action=pct.quarantine header.from=bank.example",
        "dmarc=fail (p=reject)",
        "dmarc=permerror (p=reject) header.from=bank.example",
        "spf=fail smtp.mailfrom=bank.example; dkim=fail header.d=bank.example",
        "none",
    ],
)
def test_every_other_failure_is_none(result):
    """A domain that asks for nothing, a percentage, an error, a broken signature: no proof, no forgery."""
    assert judged(f"{OURS}; {result}") is Verdict.NONE


@pytest.mark.parametrize(
    ("signer", "sender"),
    [
        ("bank.example", "alice@bank.example"),
        ("BANK.example.", "alice@bank.example"),
        ("bank.example", "alice@mail.bank.example"),
        ("xn--mnchen-3ya.example", "alice@münchen.example"),
        ("münchen.example", "alice@xn--mnchen-3ya.example"),
    ],
)
def test_a_signature_speaks_for_its_domain_and_those_below(signer, sender):
    """In any letter case and either form of an international name."""
    assert judged(f"{OURS}; dkim=pass header.d={signer}", sender=sender) is Verdict.PASS


@pytest.mark.parametrize(
    ("signer", "sender"),
    [
        ("mail.bank.example", "alice@bank.example"),
        ("example", "alice@bank.example"),
        ("bank.example", "alice@notbank.example"),
        ("bank.example", "alice@bank.example.evil.example"),
        ("sendgrid.net", "alice@bank.example"),
        ("fussball.example", "alice@fußball.example"),
        ("", "alice@bank.example"),
    ],
)
def test_a_signature_does_not_speak_for_others(signer, sender):
    """A subdomain may be let to anybody; a name that only ends alike is another's."""
    assert judged(f"{OURS}; dkim=pass header.d={signer}", sender=sender) is Verdict.NONE


def test_one_good_signature_among_others_is_enough():
    """A list's or a provider's own signature stands beside the sender's."""
    value = f"{OURS}; dkim=fail header.d=bank.example; dkim=pass header.d=list.example; dkim=pass header.d=bank.example"

    assert judged(value) is Verdict.PASS


def test_a_signature_does_not_outvote_dmarc():
    """A domain may demand strict alignment; who failed it is not proved by a looser reading of ours."""
    assert judged(f"{OURS}; dkim=pass header.d=bank.example; dmarc=fail (p=none) header.from=bank.example") is (
        Verdict.NONE
    )


def test_dmarc_about_another_domain_proves_nothing():
    """The server read another From than we did: whoever made the mail so wanted that."""
    assert judged(f"{OURS}; dmarc=pass header.from=evil.example; dkim=pass header.d=bank.example") is Verdict.NONE


def test_spf_alone_proves_nothing():
    """The envelope's sender is not the one whom people see."""
    assert judged(f"{OURS}; spf=pass smtp.mailfrom=bank.example") is Verdict.NONE


def test_results_of_other_servers_count_for_nothing():
    """Nor does a name that only looks like ours."""
    for server in ("mx.evil.example", "mx.acme.example.evil.example", "acme.example", "xmx.acme.example", f"{OURS}."):
        assert judged(DMARC_PASS.replace(OURS, server)) is Verdict.NONE


def test_a_name_that_a_filter_may_miss_is_not_ours():
    """A server that removes forgeries of its own name compares it plainly, and so do we."""
    for spelled in (f'"{OURS}"', f"(x) {OURS}", f"{OURS} (x)", f"{OURS}/1", "mx(x).acme.example"):
        assert judged(DMARC_PASS.replace(OURS, spelled)) is Verdict.NONE


def test_a_header_of_another_hop_above_ours_does_not_matter():
    """It was added later, inside our house; what stands between two of ours is not."""
    assert judged("inner.acme.example; none", DMARC_PASS) is Verdict.PASS
    assert judged(f"{OURS}; spf=fail smtp.mailfrom=x", "mx.evil.example; none", DMARC_PASS) is Verdict.NONE


def test_results_spread_over_several_headers_count_together():
    """OpenDKIM, OpenDMARC and an SPF policy server write one header each."""
    run = (f"{OURS}; spf=fail smtp.mailfrom=x.example", f"{OURS}; dmarc=none header.from=bank.example", DKIM_PASS)

    assert judged(*run) is Verdict.PASS


def test_a_forged_header_with_our_name_below_ours_is_not_believed():
    """It reports again what ours reported: ours is the upper one, and nothing below is ours."""
    for ours in (
        f"{OURS}; dmarc=fail (p=none) header.from=bank.example",
        f"{OURS}; dkim=none; dmarc=none header.from=bank.example",
        f"{OURS}; spf=softfail smtp.mailfrom=x.example; dkim=fail header.d=evil.example",
    ):
        forged = f"{OURS}; dkim=pass header.d=bank.example; dmarc=pass header.from=bank.example"
        assert judged(ours, forged, DMARC_PASS) is Verdict.NONE


def test_a_server_with_nothing_to_report_says_so_once():
    """Below its "none" another header with its name is the sender's."""
    assert judged(f"{OURS}; none", DMARC_PASS) is Verdict.NONE


def test_a_header_of_ours_that_is_not_understood_ends_the_belief():
    """A sender who can break our header must not put a whole one below it in its place."""
    assert judged(f"{OURS}; spf=pass smtp.mailfrom=x (", DMARC_PASS) is Verdict.NONE
    assert judged(f"{OURS}; dkim=fail oops", DKIM_PASS) is Verdict.NONE


def test_without_a_name_only_the_topmost_header_counts():
    """Microsoft 365 writes no name, and the sender's own tenant may have left a header like it further down."""
    forged = "dmarc=pass action=none header.from=bank.example"

    assert (
        judged(
            "spf=none smtp.mailfrom=x;dmarc=none action=none header.from=bank.example",
            forged,
            trusted=(FIRST_WITHOUT_ID),
        )
        is Verdict.NONE
    )
    assert judged("mx.evil.example; none", forged, trusted=FIRST_WITHOUT_ID) is Verdict.NONE
    assert judged(DMARC_PASS, trusted=FIRST_WITHOUT_ID) is Verdict.NONE
    assert judged(trusted=FIRST_WITHOUT_ID) is Verdict.NONE


@pytest.mark.parametrize(
    "result",
    [
        "dkim=pass header.d=bank.example(.evil.example",
        "dkim=pass header.d=bank.example(.evil.example)",
        "dkim=pass (signature was verified) header.d=bank.example\\.evil.example",
        'dkim=pass header.d=evil.example"; dkim=pass header.d=bank.example; x="',
        'dkim=pass header.d=evil.example; spf=pass smtp.mailfrom="a; dkim=pass header.d=bank.example; b"@evil.example',
        'spf=pass smtp.mailfrom="x\\"; dmarc=pass header.from=bank.example; y="@evil.example',
        "spf=pass (domain of x) ; dmarc=pass header.from=bank.example) smtp.mailfrom=x",
        "spf=fail (a; dmarc=pass header.from=bank.example; b) smtp.mailfrom=x",
        "dmarc=fail (p=none) header.from=bank.example; dmarc=pass header.from=bank.example",
        "dmarc=pass header.from=bank.example; dmarc=fail (p=none) header.from=bank.example",
        "dmarc=pass header.from=evil.example header.from=bank.example",
        "dmarc=pass header.from=bank.example header.from=evil.example",
        "dkim=fail dkim=pass header.d=bank.example",
    ],
)
def test_no_result_can_be_smuggled_in_through_a_value(result):
    """Signing domains, envelope senders and comments hold what their sender wrote."""
    assert judged(f"{OURS}; {result}") is not Verdict.PASS


def test_an_encoded_word_is_a_word():
    """Decoded, it would write results into our own server's header."""
    smuggled = "=?utf-8?q?x;_dmarc=3Dpass_header.from=3Dbank.example?=@evil.example"

    message = parse(
        f"From: {ALICE}\r\nAuthentication-Results: {OURS};\r\n spf=pass smtp.mailfrom={smuggled}\r\n\r\nx".encode()
    )

    assert smuggled in message.authentication[0]
    assert judged(*message.authentication) is Verdict.NONE


def test_a_proof_names_what_proved():
    """`explain` shows it."""
    assert verdict([DMARC_PASS], ALICE, OURS)[1] == "dmarc=pass header.from=bank.example"
    assert verdict([DKIM_PASS], ALICE, OURS)[1] == "dkim=pass header.d=bank.example"
    assert verdict([], ALICE, OURS)[1] == "no results of mx.acme.example"


def test_a_header_is_read_to_its_last_character():
    """Methods with versions, comments of comments, quoted values, empty ones."""
    header = parse_results(
        f'{OURS} 1 ; dkim/1=pass (a (b\\) c) ) header.d=bank.example header.b="a\\"b=" ;\r\n\tauth=none smtp.auth= ;;'
    )

    assert header is not None
    assert header.server == OURS
    assert [(each.method, each.result) for each in header.results] == [("dkim", "pass"), ("auth", "none")]
    assert header.results[0].properties == (("header.d", "bank.example"), ("header.b", 'a"b='))
    assert header.results[0].comments == ("a (b\\) c) ",)


@pytest.mark.parametrize(
    "value", ["(" * 20_000, "a=" * 20_000, f"{OURS}; x=(" * 2000, '"' * 5000, f"{OURS};" + ";" * 16_000]
)
def test_hostile_headers_are_nothing(value):
    """Neither an error nor a verdict."""
    assert judged(value, value, DMARC_PASS) is Verdict.NONE


PIECES = st.sampled_from([*'();="\\ ab.@\n', OURS, "none", "dmarc=pass", "header.from=x.y", "dkim=pass header.d=x.y"])


@given(st.lists(st.lists(PIECES).map("".join)))
def test_whatever_stands_in_the_headers_a_verdict_comes_back(values):
    """Any bytes may stand there."""
    assert judged(*values, sender="a@x.y") in Verdict


@given(st.text(max_size=60))
def test_a_sender_of_any_shape_gets_a_verdict(sender):
    """The grammar for senders is elsewhere."""
    assert judged(DMARC_PASS, sender=sender) in {Verdict.PASS, Verdict.NONE}


# As Exchange Online shows a mail between two users of one tenant; ids and hosts are made up.
TENANT = "0b5a3a6e-1111-4222-8333-9c4f6f2d1e77"
INTERNAL_MAIL = (
    ("Received", "from AM9PR01MB0001.eurprd01.prod.exchangelabs.com (2603:10a6::1) by"),
    ("X-MS-Exchange-Organization-AuthAs", "Internal"),
    ("X-MS-Exchange-Organization-AuthMechanism", "04"),
    ("X-MS-Exchange-Organization-AuthSource", "AM9PR01MB0001.eurprd01.prod.exchangelabs.com"),
    ("X-MS-Exchange-Organization-SCL", "-1"),
    ("X-MS-Exchange-CrossTenant-AuthAs", "Internal"),
    ("X-MS-Exchange-CrossTenant-Id", TENANT.upper()),
    ("X-MS-Exchange-CrossTenant-MailboxType", "HOSTED"),
)


def internal(headers=(), *values, trusted=OURS, by=BY_SIGN_IN) -> Verdict:
    return internal_verdict(headers, values, ALICE, trusted, by)[0]


@pytest.mark.parametrize(
    "result",
    [
        "auth=pass smtp.auth=alice@bank.example smtp.mailfrom=alice@bank.example",
        "auth=pass (LOGIN) smtp.auth=Alice@Bank.example",
        "auth=pass smtp.auth=alice smtp.mailfrom=alice@bank.example",
        "spf=none smtp.mailfrom=bank.example; auth=pass smtp.auth=alice@bank.example",
    ],
)
def test_our_own_server_knows_who_signed_in(result):
    """As rspamd, Fastmail and others write it; the login may lack its domain."""
    assert internal((), f"{OURS}; {result}") is Verdict.PASS


@pytest.mark.parametrize(
    "result",
    [
        "auth=pass smtp.auth=CUSA124A263 smtp.mailfrom=alice@bank.example",
        "auth=pass smtp.auth=bob@bank.example smtp.mailfrom=alice@bank.example",
        "auth=pass smtp.auth=alice smtp.mailfrom=alice@evil.example",
        "auth=pass smtp.auth=alice",
        "auth=pass",
        "auth=fail smtp.auth=alice@bank.example",
        "auth=pass smtp.auth=alice@bank.example; auth=pass smtp.auth=eve@bank.example",
        "auth=pass smtp.auth=alice@bank.example smtp.auth=eve@bank.example",
        "dkim=pass header.d=bank.example",
        "none",
    ],
)
def test_whoever_signed_in_as_somebody_else_is_not_the_sender(result):
    """A company's account at its relay sends for everybody there."""
    assert internal((), f"{OURS}; {result}") is Verdict.NONE


def test_a_sign_in_counts_in_our_topmost_header_alone():
    """Our server says nothing of sign-ins on mail from outside: a header below it is the sender's."""
    forged = f"{OURS}; auth=pass smtp.auth={ALICE}"

    assert internal((), f"{OURS}; spf=none smtp.mailfrom=x", forged) is Verdict.NONE
    assert internal((), forged.replace(OURS, "mx.evil.example")) is Verdict.NONE
    assert internal((), f"{OURS}; oops", forged) is Verdict.NONE
    assert judged(forged) is Verdict.NONE


def test_exchange_says_which_mail_is_internal_to_our_tenant():
    """Both of its words and the tenant's id."""
    assert internal(INTERNAL_MAIL, by=TENANT) is Verdict.PASS
    raw = "".join(f"{name}: {value}\r\n" for name, value in INTERNAL_MAIL) + f"From: {ALICE}\r\n\r\nx"
    assert internal(parse(raw.encode()).headers, by=TENANT) is Verdict.PASS


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-MS-Exchange-Organization-AuthAs", "Anonymous"),
        ("X-MS-Exchange-Organization-AuthAs", "Internal74"),
        ("X-MS-Exchange-Organization-AuthAs", None),
        ("X-MS-Exchange-CrossTenant-AuthAs", "Anonymous"),
        ("X-MS-Exchange-CrossTenant-AuthAs", None),
        ("X-MS-Exchange-CrossTenant-Id", "11111111-1111-4222-8333-9c4f6f2d1e77"),
        ("X-MS-Exchange-CrossTenant-Id", None),
    ],
)
def test_another_tenants_internal_mail_is_not_ours(name, value):
    """Everybody has a tenant in which they are internal."""
    changed = [(each, value if each == name else said) for each, said in INTERNAL_MAIL if value or each != name]

    assert internal(changed, by=TENANT) is Verdict.NONE
    assert internal([*INTERNAL_MAIL, (name, value or "x")], by=TENANT) is Verdict.NONE


def test_what_failed_by_the_trusted_servers_word_is_known():
    """No looser check of ours is asked then."""
    assert is_failed([f"{OURS}; dmarc=fail (p=none) header.from=bank.example"], OURS)
    assert not is_failed([f"{OURS}; dmarc=none header.from=bank.example"], OURS)
    assert not is_failed(["mx.evil.example; dmarc=fail header.from=bank.example"], OURS)
