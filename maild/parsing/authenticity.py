"""What the server that we trust found out about a sender: Authentication-Results (RFC 8601) → a verdict.

A mail holds the results of many servers, and whatever its sender wrote to look like them. Servers put theirs on top,
so what stands above ours came later, and what stands below may be anybody's. Believed are the headers of the trusted
name from the first of them downwards, until

- another name, or a header that is not understood: below it the sender may speak;
- a method that was already reported: a server reports each once, and the upper one is the server's;
- "none": the server says that it has nothing to report.

The grammar is read strictly, and a header with one word too many proves nothing, for two attacks live on leniency:
a signature "by" `acme.example(.evil.example` that a lenient reader takes for acme.example and a comment, and an
envelope sender whose quoted local part holds a whole result. The authres library, lenient, drops comments, in which
most servers state the policy, and does not read Microsoft's headers without a name; so it is not used.

BUGS
    A server that neither removes others' results under its own name (RFC 8601, 5) nor reports every method on every
    mail lets the sender fill the gap. One that copies an envelope sender unquoted lets it write whatever it likes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from maild.model.decision import Verdict

FIRST_WITHOUT_ID = "first-without-id"
BY_SIGN_IN = "auth"

_LONGEST = 16 * 1024
_LONGEST_DOMAIN = 255
_SPACE = re.compile(r"[ \t\r\n]*")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")
_VERSION = re.compile(r"[0-9]+")
# A value ends at a blank, a semicolon or the end; a bracket or a quotation mark glued to it is an attempt at something.
_PAIR = re.compile(
    r'([A-Za-z0-9][A-Za-z0-9._/-]*)=("(?:[^"\\]|\\.)*"(?:@[^\s;()"\\]*)?|[^\s;()"\\]*)(?=[\s;]|\Z)', re.DOTALL
)
_COMMENT_MARK = re.compile(r"\\.|[()]", re.DOTALL)
_POLICY = re.compile(r"(?:^|[\s,;])(p|sp|dis|policy)=([a-z]+)", re.IGNORECASE)
_POLICY_PROPERTIES = {
    "action": "p",
    "policy.dmarc": "p",
    "policy.published-domain-policy": "p",
}
_TENANT = "x-ms-exchange-crosstenant-id"
_INTERNAL = ("x-ms-exchange-organization-authas", "x-ms-exchange-crosstenant-authas", _TENANT)
_STRICT = frozenset({"quarantine", "reject", "oreject", "o.reject"})
_REPORTED_ONCE = frozenset({"dmarc", "dkim", "spf"})


@dataclass(frozen=True, slots=True)
class Result:
    """What one method found: `properties` like header.d, names in lower case, values without quotes; the comments."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...]
    comments: tuple[str, ...]

    def value(self, name: str) -> str:
        """Give the value of a property, "" without one or with several that differ."""
        values = {value for key, value in self.properties if key == name}
        return values.pop() if len(values) == 1 else ""


@dataclass(frozen=True, slots=True)
class AuthenticationResults:
    """One header: the name of the server, "" where it gives none, and its results in order."""

    server: str
    results: tuple[Result, ...]


def verdict(values: Sequence[str], sender: str, trusted: str) -> tuple[Verdict, str]:
    """Say whether the domain of `sender` is proved or disproved, and the words that say so.

    `values` are the undecoded values of all Authentication-Results headers, topmost first; an encoded word in one is
    the sender's text and must stay one. `trusted` is the name of our server, or `first-without-id`: then only the
    topmost header counts, and only if it gives no name, as Microsoft 365 writes it.
    """
    domain = domain_of(sender)
    results = [result for header in _believed(values, trusted) for result in header.results]
    if not results or not domain:
        return Verdict.NONE, f"no results of {trusted}"
    decided = _by_dmarc([each for each in results if each.method == "dmarc"], domain)
    if decided is not None:
        return decided
    for each in results:
        if each.method == "dkim" and each.result == "pass" and is_aligned(signer := _signer_of(each), domain):
            return Verdict.PASS, f"dkim=pass header.d={signer}"
    return Verdict.NONE, "nothing in the results proves the sender: " + " ".join(
        f"{each.method}={each.result}" for each in results[:6]
    )


def is_failed(values: Sequence[str], trusted: str) -> bool:
    """Whether the trusted server says that DMARC failed, whatever follows from it."""
    results = (result for header in _believed(values, trusted) for result in header.results)
    return any(each.method == "dmarc" and each.result == "fail" for each in results)


def internal_verdict(
    headers: Sequence[tuple[str, str]], values: Sequence[str], sender: str, trusted: str, internal: str
) -> tuple[Verdict, str]:
    """Say whether our own server knows the sender as one of its users; `internal` is whose word counts.

    BY_SIGN_IN: the topmost header of `trusted` says that whoever handed the mail in had signed in (RFC 8601, 2.7.4) as
    this very sender; as a company's account is not enough, for it sends for all of its people. Anything else is the id
    of a Microsoft 365 tenant: Exchange says that the mail is internal (AuthAs), and to that tenant.

    BUGS
        Exchange Online takes these headers off mail from outside. On any other server everybody can write them.
    """
    if internal == BY_SIGN_IN:
        header = next(_believed(values, trusted), None)
        results = [each for each in header.results if each.method == "auth"] if header is not None else []
        if len(results) == 1 and results[0].result == "pass" and _signed_in(results[0]) == sender.lower():
            return Verdict.PASS, f"auth=pass smtp.auth={results[0].value('smtp.auth')}"
        return Verdict.NONE, "nobody signed in as the sender"
    said = {name: [value.strip().lower() for key, value in headers if key.lower() == name] for name in _INTERNAL}
    is_internal = all(said[name] == ["internal"] for name in _INTERNAL[:2])
    if is_internal and said[_TENANT] == [internal]:
        return Verdict.PASS, f"X-MS-Exchange-Organization-AuthAs: Internal, tenant {internal}"
    return Verdict.NONE, "not internal to our tenant"


def _signed_in(report: Result) -> str:
    """Give the address that signed in; a login without a domain counts with the envelope's sender behind it."""
    login, envelope = report.value("smtp.auth").lower(), report.value("smtp.mailfrom").lower()
    return envelope if "@" not in login and envelope.partition("@")[0] == login else login


def _by_dmarc(reports: Sequence[Result], domain: str) -> tuple[Verdict, str] | None:
    """Decide by DMARC; None where it leaves the decision to a signature: not reported, no policy, or an error."""
    if not reports:
        return None
    if len(reports) > 1:
        return Verdict.NONE, "the results report DMARC twice"
    (report,) = reports
    about = domain_of(report.value("header.from"))
    words = f"dmarc={report.result} header.from={about}"
    if about not in {domain, ""}:
        return Verdict.NONE, f"{words}: not the sender's domain"
    if report.result == "fail":
        policy = _policy_of(report)
        is_strict = bool(about) and policy in _STRICT
        return (Verdict.FAIL if is_strict else Verdict.NONE), f"{words} policy={policy or 'unknown'}"
    return (Verdict.PASS, words) if report.result == "pass" and about else None


def _policy_of(report: Result) -> str:
    """Give the domain's policy as the header states it, "" without one.

    Where both p and sp are stated it is not said which of them holds; then the disposition decides, unless both are
    strict: servers that only report (OpenDMARC) and forwarders' exceptions write dis=none under any policy.
    """
    stated: dict[str, str] = {}
    for name, value in report.properties:
        if name in _POLICY_PROPERTIES:
            stated.setdefault(_POLICY_PROPERTIES[name], value.lower())
    for comment in report.comments:
        for name, value in _POLICY.findall(comment):
            stated.setdefault({"policy": "p"}.get(name.lower(), name.lower()), value.lower())
    main, sub = stated.get("p", ""), stated.get("sp", "")
    if not sub or (main in _STRICT) == (sub in _STRICT):
        return main or stated.get("dis", "")
    return stated.get("dis", "none")


def _signer_of(report: Result) -> str:
    """Give the signing domain; Google names only the identity, whose domain is the signer's or below it."""
    return domain_of(report.value("header.d") or report.value("header.i"))


def is_aligned(signer: str, domain: str) -> bool:
    """Tell whether a signer speaks for a domain: itself, or a domain above it that is none of the top ones.

    A signer below the domain does not: subdomains are let to others. Which domains are registries is not guessed.
    """
    return signer == domain or ("." in signer and domain.endswith(f".{signer}"))


def _believed(values: Sequence[str], trusted: str) -> Iterator[AuthenticationResults]:
    """Give the headers that are surely of the trusted server, by the rule at the top of this file."""
    if trusted == FIRST_WITHOUT_ID:
        first = parse_results(values[0]) if values else None
        if first is not None and not first.server:
            yield first
        return
    reported: set[str] = set()
    is_ours = False
    for value in values:
        header = parse_results(value)
        if header is None:
            return
        if header.server != trusted.lower():
            if is_ours:
                return
            continue
        is_ours = True
        methods = _REPORTED_ONCE.intersection(each.method for each in header.results)
        if methods & reported or not header.results:
            return
        reported |= methods
        yield header


def parse_results(value: str) -> AuthenticationResults | None:
    """Read one header's value; None for one that is not understood to its last character."""
    if len(value) > _LONGEST:
        return None
    scanner = _Scanner(value)
    server = scanner.server()
    results: list[Result] = []
    while not scanner.is_at_end:
        result = scanner.result()
        if result is None:
            return None
        if result.method:
            results.append(result)
    return AuthenticationResults(server, tuple(results))


class _Scanner:
    """Reads one value from left to right; the cost grows with its length only."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._skip_space()

    @property
    def is_at_end(self) -> bool:
        return self._at >= len(self._text)

    def server(self) -> str:
        """Read the name of the server and the version behind it; "" where the first result stands there at once.

        A name in quotes or with a comment is none: what removes forgeries may not recognise it.
        """
        start = self._at
        name = _WORD.match(self._text, self._at)
        if name is not None:
            self._at = name.end()
            self._skip_space()
            version = _VERSION.match(self._text, self._at)
            if version is not None:
                self._at = version.end()
                self._skip_space()
            if self.is_at_end or self._take(";"):
                return name[0].lower()
        self._at = start
        return ""

    def result(self) -> Result | None:
        """Read up to the next semicolon; without a method where nothing stands or "none", None for anything else."""
        pairs: list[tuple[str, str]] = []
        comments: list[str] = []
        is_none = False
        while not self.is_at_end and not self._take(";"):
            comment = self._comment()
            if comment is not None:
                comments.append(comment)
            elif (pair := _PAIR.match(self._text, self._at)) is not None:
                pairs.append((pair[1].lower(), _unquoted(pair[2])))
                self._at = pair.end()
            elif not pairs and not is_none and self._take("none"):
                is_none = True
            else:
                return None
            if not self._skip_space() and not self.is_at_end and self._text[self._at] != ";":
                return None
        if not pairs:
            return Result("", "", (), tuple(comments))
        method, found = pairs[0]
        return Result(method.partition("/")[0], found.lower(), tuple(pairs[1:]), tuple(comments))

    def _take(self, text: str) -> bool:
        if not self._text.startswith(text, self._at):
            return False
        self._at += len(text)
        if text == ";":
            self._skip_space()
        return True

    def _skip_space(self) -> bool:
        before = self._at
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found is not None else self._at
        return self._at > before

    def _comment(self) -> str | None:
        """Read a comment, whatever is nested in it; None where none begins, or it does not end."""
        if not self._text.startswith("(", self._at):
            return None
        depth = 0
        for mark in _COMMENT_MARK.finditer(self._text, self._at):
            depth += {"(": 1, ")": -1}.get(mark[0], 0)
            if depth == 0:
                comment = self._text[self._at + 1 : mark.start()]
                self._at = mark.end()
                return comment
        return None


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    quoted, _, domain = value.rpartition('"')
    return re.sub(r"\\(.)", r"\1", quoted[1:], flags=re.DOTALL) + domain


def domain_of(text: str) -> str:
    """Give the domain of an address or a name as DNS would write it, "" for one that DNS would write in two ways."""
    domain = text.rpartition("@")[2].strip("<>.").lower()
    if len(domain) > _LONGEST_DOMAIN:
        return ""
    if domain.isascii():
        return domain
    try:
        ascii_form = domain.encode("idna")
        # The codec's older rules map some letters to others (ß to ss): such a name is not the name it becomes.
        return ascii_form.decode("ascii") if ascii_form.decode("idna") == domain else ""
    except UnicodeError:
        return ""
