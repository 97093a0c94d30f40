"""Partial counts to people per cell, and through the gate of row 1 to who may see them. Takes no part in warnings."""
