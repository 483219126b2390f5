"""Balcão without a screen: the store, the journey, the connectors, the command line."""

VERSION = "0.1.0"
