"""Fiscal documents: access keys, invoice XML, tax numbers, and the checks against an order. All pure."""
