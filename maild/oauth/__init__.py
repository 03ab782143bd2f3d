"""Signing in at Microsoft and Google by OAuth 2. The only importer of authlib and httpx2.

`grants`, the talk with a provider, is imported by name: only those who sign in so shall pay for its libraries.
"""

from maild.oauth.clients import Client, Way
from maild.oauth.keeping import Keeper, Trouble
from maild.oauth.tokens import Tokens
from maild.oauth.wallet import SignIn, Wallet

__all__ = ["Client", "Keeper", "SignIn", "Tokens", "Trouble", "Wallet", "Way"]
