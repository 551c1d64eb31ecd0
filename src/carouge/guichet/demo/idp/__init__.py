"""The identity provider of the demonstration: it plays the canton's e-démarches.

A strict OpenID provider (authorization code, PKCE, nonce, exact addresses) that can be
told to misbehave in one respect at a time. For this machine only.
"""
