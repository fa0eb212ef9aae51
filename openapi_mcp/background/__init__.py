"""Calls that go on in the background: taken over, waited for, read, ended."""
