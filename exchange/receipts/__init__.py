"""Consent receipts: what a patient takes home, and anybody can check without asking us."""

from exchange.receipts.checking import Checked, check_receipt
from exchange.receipts.errors import ReceiptWrong
from exchange.receipts.issuing import Issued, issue
from exchange.receipts.page import page

__all__ = ["Checked", "Issued", "ReceiptWrong", "check_receipt", "issue", "page"]
