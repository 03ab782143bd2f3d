#!/bin/sh
# Install the real mail servers, and the browser, that the tests run against, as root on Debian or Ubuntu; elsewhere say what is missing.
set -eu
wanted=""
[ -x /usr/sbin/dovecot ] || wanted="$wanted dovecot-imapd"
[ -e /usr/lib/dovecot/lmtp ] || wanted="$wanted dovecot-lmtpd"
[ -x /usr/sbin/postfix ] || wanted="$wanted postfix"
set -- /usr/lib/postgresql/*/bin/initdb
[ -x "$1" ] || wanted="$wanted postgresql"
command -v systemd-analyze >/dev/null 2>&1 || wanted="$wanted systemd"
command -v chromium >/dev/null 2>&1 || wanted="$wanted chromium"
command -v openssl >/dev/null 2>&1 || wanted="$wanted openssl"
[ -n "$wanted" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing for the tests:$wanted" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q >/dev/null
    # The packages' own services stay off: the tests start instances of their own, on loopback.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        # Whatever happens to the installation, the machine's own services must start again afterwards.
        trap 'rm -f $policy' EXIT
        trap 'exit 1' HUP INT TERM
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod +x $policy
    fi
    # shellcheck disable=SC2086 # a list of words
    apt-get install -q -y --no-install-recommends $wanted >/dev/null
    exit 0
fi
if [ "${CI:-}" = true ]; then
    echo "the tests need:$wanted (as root: apt-get install$wanted)" >&2
    exit 1
fi
echo "without$wanted the tests against real servers are skipped (as root: apt-get install$wanted)" >&2
