"""Printing: an order becomes a document, a document becomes bytes, bytes reach a device.

`documents` says what stands on the paper, `languages` speak to the printers, `transports` carry the
bytes, `jobs` remembers what was printed. No Qt.
"""
