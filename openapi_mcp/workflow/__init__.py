"""Arazzo 1.0: workflows of several calls, each served as one tool."""
